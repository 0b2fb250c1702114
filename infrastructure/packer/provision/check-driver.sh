#!/usr/bin/env bash
# The base image brings the driver. Nothing here installs one, so a machine without it is the wrong base or the wrong type.
set -euo pipefail
fail() {
  printf 'check-driver: %s\n' "$*" >&2
  exit 1
}

command -v nvidia-smi >/dev/null ||
  fail 'there is no nvidia-smi. Take a base image with the NVIDIA driver (base_image_parameter).'
driver=$(nvidia-smi --id=0 --query-gpu=driver_version --format=csv,noheader) ||
  fail 'the NVIDIA driver does not answer. Take an instance type with a GPU (instance_type).'
printf 'check-driver: %s\n' "$driver"
