#!/usr/bin/env bash
# The CloudWatch agent. The base image usually brings it; otherwise AWS's newest, if it carries AWS's signature.
set -euo pipefail
root=${BP_ROOT:-}
origin=https://amazoncloudwatch-agent.s3.amazonaws.com
fingerprint=937616F3450B7D806CBD9725D58167303B789C72
fail() {
  printf 'install-log-agent: %s\n' "$*" >&2
  exit 1
}

if [[ -x $root/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl ]]; then
  printf 'install-log-agent: nothing to do\n'
  exit 0
fi
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
get() {
  curl --silent --show-error --fail --location --retry 5 --max-time 300 --output "$work/$2" "$origin/$1" ||
    fail "$origin/$1 cannot be had. See that the builder has a way out."
}
get assets/amazon-cloudwatch-agent.gpg key
get ubuntu/amd64/latest/amazon-cloudwatch-agent.deb agent.deb
get ubuntu/amd64/latest/amazon-cloudwatch-agent.deb.sig agent.deb.sig
mkdir --mode=0700 "$work/keys"
gpg --homedir "$work/keys" --batch --quiet --import "$work/key"
status=$(gpg --homedir "$work/keys" --batch --status-fd 1 --verify "$work/agent.deb.sig" "$work/agent.deb" 2>/dev/null) || true
[[ $status == *"VALIDSIG $fingerprint "* ]] || fail 'the package does not carry the signature of AWS. Nothing was installed.'
dpkg --install "$work/agent.deb" >/dev/null
printf 'install-log-agent: installed\n'
