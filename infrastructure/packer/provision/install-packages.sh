#!/usr/bin/env bash
# What the base image may lack. Waits for cloud-init, which holds apt's lock on a fresh machine.
set -euo pipefail
packages=(git gnupg logrotate python3-venv)
fail() {
  printf 'install-packages: %s\n' "$1" >&2
  exit "${2:-1}"
}

apt() {
  local said
  if ! said=$(DEBIAN_FRONTEND=noninteractive apt-get --option DPkg::Lock::Timeout=300 "$@" 2>&1); then
    printf '%s\n' "$said" >&2
    [[ $said != *'No space left on device'* ]] || fail 'the disk is full. Raise root_size_gb.' 28
    fail "apt-get $1 failed. Look above; a mirror that is away for a moment is the usual cause, so run it again."
  fi
}

# Its own faults are none of ours: 2 only says that some module of it was unhappy.
timeout 600 cloud-init status --wait >/dev/null || printf 'install-packages: cloud-init reports a fault, going on\n'
missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] ||
    missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  printf 'install-packages: nothing to do\n'
  exit 0
fi
apt update
apt install --yes --no-install-recommends "${missing[@]}"
printf 'install-packages: %s\n' "${missing[*]}"
