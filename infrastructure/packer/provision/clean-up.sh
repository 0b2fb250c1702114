#!/usr/bin/env bash
# Last: whatever belongs to this machine and not to the image. Keys, ids and logs would else be the same on every machine.
set -euo pipefail
root=${BP_ROOT:-}

systemctl stop comfyui.service
rm -f "$root"/etc/bp/machine.env "$root"/etc/ssh/ssh_host_*
rm -f "$root"/root/.ssh/authorized_keys "$root"/home/*/.ssh/authorized_keys
rm -f "$root"/root/.bash_history "$root"/home/*/.bash_history
rm -rf "$root"/tmp/bp-* "$root"/var/lib/apt/lists/*
for folder in /var/lib/bp /var/lib/comfyui /var/log/bp; do
  [[ ! -d $root$folder ]] || find "$root$folder" -mindepth 1 -delete
done
cloud-init clean --logs --seed --machine-id
journalctl --quiet --rotate --vacuum-time=1s
sync
printf 'clean-up: done\n'
