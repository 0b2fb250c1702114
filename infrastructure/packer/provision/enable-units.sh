#!/usr/bin/env bash
# What starts by itself. On a machine without /etc/bp/machine.env that is the engine alone: the rest asks for that file.
set -euo pipefail
units=(comfyui.service bp-fleet-secret.service bp-log-agent.service bp-worker.service)

systemd-analyze verify --recursive-errors=no --man=no "${units[@]/#/${BP_ROOT:-}/etc/systemd/system/}" || {
  printf 'enable-units: systemd does not take a unit as it stands. Look above.\n' >&2
  exit 1
}
systemctl daemon-reload
systemctl enable --quiet comfyui.service bp-worker.service
printf 'enable-units: comfyui, bp-worker\n'
