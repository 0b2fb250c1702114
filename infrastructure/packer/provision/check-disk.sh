#!/usr/bin/env bash
# Asked before anything is downloaded. Takes BP_DISK_GB_MIN; ends with 28, the number of "no space left", when there is less.
set -euo pipefail
: "${BP_DISK_GB_MIN:?check-disk: BP_DISK_GB_MIN is missing}"

free_gb=$(df --block-size=1G --output=avail "${BP_ROOT:-/}" | tail -n 1)
free_gb=${free_gb//[[:space:]]/}
if ((free_gb < BP_DISK_GB_MIN)); then
  printf 'check-disk: %s GB are free, %s are needed. Raise root_size_gb.\n' "$free_gb" "$BP_DISK_GB_MIN" >&2
  exit 28
fi
printf 'check-disk: %s GB are free\n' "$free_gb"
