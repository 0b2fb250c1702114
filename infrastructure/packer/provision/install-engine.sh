#!/usr/bin/env bash
# The engine's Python: wheels alone, each by its hash, no resolving. Takes BP_ENGINE_REQUIREMENTS, BP_TORCH_VERSION, and
# BP_PIP_INDEX_URL, which may be empty.
set -euo pipefail
: "${BP_ENGINE_REQUIREMENTS:?install-engine: BP_ENGINE_REQUIREMENTS is missing}"
: "${BP_TORCH_VERSION:?install-engine: BP_TORCH_VERSION is missing}"
venv=${BP_ROOT:-}/opt/comfyui/.venv
done_mark=$venv/bp-requirements.txt
fail() {
  printf 'install-engine: %s\n' "$1" >&2
  exit "${2:-1}"
}

grep --quiet "^torch==$BP_TORCH_VERSION --hash=" "$BP_ENGINE_REQUIREMENTS" ||
  fail "the requirements do not pin torch $BP_TORCH_VERSION. torch_version and provision/engine-requirements.txt change together."
if cmp --silent "$BP_ENGINE_REQUIREMENTS" "$done_mark"; then
  printf 'install-engine: nothing to do\n'
  exit 0
fi

[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
index=()
[[ -z ${BP_PIP_INDEX_URL:-} ]] || index=(--index-url "$BP_PIP_INDEX_URL")
if ! said=$("$venv/bin/python" -m pip install --quiet --no-input --no-cache-dir --no-deps --only-binary :all: \
  --require-hashes --retries 5 "${index[@]}" --requirement "$BP_ENGINE_REQUIREMENTS" 2>&1); then
  printf '%s\n' "$said" >&2
  [[ $said != *'No space left on device'* ]] || fail 'the disk is full. Raise root_size_gb.' 28
  [[ $said != *'DO NOT MATCH THE HASHES'* ]] ||
    fail 'a wheel is not the one that was pinned. Do not build from this index until you know why.'
  fail 'pip failed. Look above; see that the builder has a way out to the index (pip_index_url).'
fi
torch=$("$venv/bin/python" -c 'import torch; print(torch.__version__)') || fail 'torch is installed and cannot be imported'
[[ ${torch%%+*} == "$BP_TORCH_VERSION" ]] || fail "torch is $torch, not $BP_TORCH_VERSION"
install --mode=0644 "$BP_ENGINE_REQUIREMENTS" "$done_mark"
printf 'install-engine: torch %s\n' "$torch"
