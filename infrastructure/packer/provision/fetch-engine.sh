#!/usr/bin/env bash
# ComfyUI at one commit. A commit's name is the hash of all that is in it, so there is nothing else to check.
set -euo pipefail
: "${BP_ENGINE_REPOSITORY:?fetch-engine: BP_ENGINE_REPOSITORY is missing}"
: "${BP_ENGINE_COMMIT:?fetch-engine: BP_ENGINE_COMMIT is missing}"
folder=${BP_ROOT:-}/opt/comfyui
fail() {
  printf 'fetch-engine: %s\n' "$*" >&2
  exit 1
}
at() { git -C "$folder" rev-parse --verify --quiet HEAD || true; }

if [[ -d $folder/.git && $(at) == "$BP_ENGINE_COMMIT" ]]; then
  printf 'fetch-engine: already at %s\n' "$BP_ENGINE_COMMIT"
  exit 0
fi
install --directory --mode=0755 "$folder"
git -C "$folder" init --quiet
git -C "$folder" fetch --quiet --depth 1 "$BP_ENGINE_REPOSITORY" "$BP_ENGINE_COMMIT" ||
  fail "$BP_ENGINE_REPOSITORY does not give $BP_ENGINE_COMMIT. See that the commit exists there and that the builder has a way out."
git -C "$folder" -c advice.detachedHead=false checkout --quiet --force --detach "$BP_ENGINE_COMMIT"
[[ $(at) == "$BP_ENGINE_COMMIT" ]] || fail "the checkout stands at $(at), not at $BP_ENGINE_COMMIT"
printf 'fetch-engine: %s\n' "$BP_ENGINE_COMMIT"
