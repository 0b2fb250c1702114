#!/usr/bin/env bash
# Worker, Node and units, each at its place. Takes BP_PAYLOAD, BP_PAYLOAD_SHA256 and BP_WORKER_SHA256; places nothing
# when the archive is not the one that was assembled.
set -euo pipefail
: "${BP_PAYLOAD:?place-payload: BP_PAYLOAD is missing}"
: "${BP_PAYLOAD_SHA256:?place-payload: payload_sha256 is missing; pass the file that assemble.ts has written}"
: "${BP_WORKER_SHA256:?place-payload: worker_sha256 is missing; pass the file that assemble.ts has written}"
root=${BP_ROOT:-}
fail() {
  printf 'place-payload: %s\n' "$*" >&2
  exit 1
}
hash_of() {
  local line
  line=$(sha256sum "$1") || fail "$1 cannot be read"
  printf '%s' "${line%% *}"
}

found=$(hash_of "$BP_PAYLOAD")
[[ $found == "$BP_PAYLOAD_SHA256" ]] ||
  fail "the payload has the hash $found, not $BP_PAYLOAD_SHA256. It was damaged or replaced on its way: assemble and upload it again."
tar --extract --gzip --file="$BP_PAYLOAD" --directory="$root/" --no-same-owner --same-permissions --no-overwrite-dir
found=$(hash_of "$root/opt/bp/worker.mjs")
[[ $found == "$BP_WORKER_SHA256" ]] ||
  fail "the worker in the payload has the hash $found, not $BP_WORKER_SHA256. Assemble it again."
printf 'place-payload: worker %s\n' "$BP_WORKER_SHA256"
