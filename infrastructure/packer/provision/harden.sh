#!/usr/bin/env bash
# What a machine of the fleet does not need. Session Manager is the way in; the launch template keeps the metadata service
# at one hop and version 2; the units shut the engine off from it and from every network.
set -euo pipefail
root=${BP_ROOT:-}

# Nothing is stopped: this very session may hang on ssh. An update in the middle of a job could replace the driver.
for unit in ssh.service ssh.socket apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service; do
  [[ -z $(systemctl list-unit-files --no-legend "$unit") ]] || systemctl disable --quiet "$unit"
done
for user in root ubuntu; do
  if getent passwd "$user" >/dev/null; then passwd --lock --quiet "$user"; fi
done

# No process may look into another one's memory, where the worker holds its token, and none leaves a dump of it.
install --directory --mode=0755 "$root/etc/sysctl.d"
cat >"$root/etc/sysctl.d/60-bp.conf" <<'END'
kernel.yama.ptrace_scope = 2
kernel.dmesg_restrict = 1
fs.suid_dumpable = 0
END
printf 'harden: done\n'
