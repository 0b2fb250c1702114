#!/usr/bin/env bash
# Brings the emulator, the AWS CLI, cfn-lint, actionlint and act into .venv; does nothing where they are there already.
set -euo pipefail
cd "$(dirname "$0")/../.."
wanted="$(cat infrastructure/emulate/requirements.txt infrastructure/emulate/install.sh | sha256sum)"
[ "$(cat .venv/installed 2>/dev/null || true)" = "$wanted" ] && exit 0

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --requirement infrastructure/emulate/requirements.txt
# A cache of its own, so that a machine whose Go is set up otherwise neither helps nor hinders.
export GOBIN="$PWD/.venv/bin" GOPATH="$PWD/.venv/go" GOCACHE="$PWD/.venv/go-cache" GOFLAGS=-modcacherw GOTOOLCHAIN=local
.venv/bin/go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
.venv/bin/go install github.com/nektos/act@v0.2.89
rm -rf .venv/go .venv/go-cache
printf '%s\n' "$wanted" > .venv/installed
