#!/usr/bin/env bash
# Can this machine work? Prints each fault as a sentence, then one line `bp-self-test: {…}`; ends with 0 or 1.
# With --console the line also goes to the serial console, where a boot test reads it.
set -euo pipefail
root=${BP_ROOT:-}
engine=${BP_ENGINE_URL:-http://127.0.0.1:8188}
# An engine imports for up to 40 s, and a volume that was just made from a snapshot is slow.
engine_tries_max=150
graph_tries_max=60
pause_s=2

failed=()
fault() {
  failed+=("\"$1\"")
  printf 'self-test: %s: %s\n' "$1" "$2" >&2
}
# Whatever a program says may end up in JSON and in a tag.
plain() { tr --complement --delete 'A-Za-z0-9._+ -' | head --bytes=80; }
ask() { curl --silent --show-error --fail --max-time 10 "$@"; }

driver=$(nvidia-smi --id=0 --query-gpu=driver_version --format=csv,noheader 2>/dev/null | plain) || true
gpu=$(nvidia-smi --id=0 --query-gpu=name --format=csv,noheader 2>/dev/null | plain) || true
[[ -n $driver ]] || fault driver 'the NVIDIA driver does not answer'

torch=$("$root/opt/comfyui/.venv/bin/python" -c 'import torch; print(torch.__version__)' 2>/dev/null | plain) || true
cuda=$("$root/opt/comfyui/.venv/bin/python" -c \
  'import torch; assert torch.cuda.is_available(); print(torch.version.cuda)' 2>/dev/null | plain) || true
[[ -n $torch ]] || fault torch 'torch cannot be imported'
[[ -n $cuda ]] || fault cuda 'torch sees no GPU'

stats=
for ((try = 1; try <= engine_tries_max; try += 1)); do
  stats=$(ask "$engine/system_stats" 2>/dev/null) && break
  stats=
  ((try == engine_tries_max)) || sleep "$pause_s"
done
version=$(sed --quiet 's/.*"comfyui_version": *"\([^"]*\)".*/\1/p' <<<"$stats" | plain)
commit=$(git -c safe.directory='*' -C "$root/opt/comfyui" rev-parse --verify --quiet HEAD | plain) || true
if [[ -z $version ]]; then
  fault engine "the engine does not answer /system_stats after $((engine_tries_max * pause_s)) s: journalctl --unit comfyui"
else
  # A graph without a model. It proves the whole way through the engine, not the GPU.
  graph='{"1":{"class_type":"EmptyImage","inputs":{"width":64,"height":64,"batch_size":1,"color":255}},"2":{"class_type":"PreviewImage","inputs":{"images":["1",0]}}}'
  id=bp-self-test-$$
  history=
  if ask --header 'Content-Type: application/json' --data "{\"prompt_id\":\"$id\",\"prompt\":$graph}" "$engine/prompt" >/dev/null; then
    for ((try = 1; try <= graph_tries_max; try += 1)); do
      history=$(ask "$engine/history/$id" 2>/dev/null) || history=
      [[ $history != *'"status_str"'* ]] || break
      sleep "$pause_s"
    done
  fi
  [[ $history =~ \"status_str\":\ *\"success\" ]] || fault graph 'a graph of two nodes does not end well: journalctl --unit comfyui'
fi

worker=$(sha256sum "$root/opt/bp/worker.mjs" 2>/dev/null | cut --delimiter=' ' --fields=1) || true
[[ -n $worker && $worker == "$(cat "$root/opt/bp/worker.sha256" 2>/dev/null)" ]] ||
  fault worker 'the worker is not the file that was assembled'
node=$("$root/opt/bp/bin/node" --version 2>/dev/null | plain) || true
[[ -n $node ]] || fault node 'Node does not start'

for unit in comfyui.service bp-worker.service; do
  systemctl is-enabled --quiet "$unit" || fault units "$unit is not enabled"
done
systemctl is-active --quiet comfyui.service || fault units 'comfyui.service is not active'
for unit in ssh.service ssh.socket; do
  ! systemctl is-enabled --quiet "$unit" || fault ssh "$unit is enabled"
done

# Each lock is tried beside the same act without it, which must work: else the lock would pass by accident.
metadata=http://169.254.169.254/
as_engine=(systemd-run --quiet --wait --collect --uid=comfyui)
[[ -n $(systemctl show --property=IPAddressDeny --value comfyui.service) ]] || fault fence 'comfyui.service denies no address'
if ! "${as_engine[@]}" curl --silent --max-time 5 "$metadata"; then
  fault fence 'the metadata service answers nobody, so the fence cannot be tried'
elif "${as_engine[@]}" --property=IPAddressDeny=any --property=IPAddressAllow=localhost curl --silent --max-time 5 "$metadata"; then
  fault fence 'the engine can reach the credentials of this machine: the kernel does not carry out IPAddressDeny'
fi
if ! "${as_engine[@]}" ls "$root/opt/comfyui" || "${as_engine[@]}" ls "$root/run/bp"; then
  fault secret "the engine's user can look into /run/bp, or cannot be tried"
fi

bundle=null
if [[ -f $root/opt/bp/bundle.json ]]; then
  bundle=\"$(sed --quiet 's/.*"id": *"\([^"]*\)".*/\1/p' "$root/opt/bp/bundle.json" | head --lines=1 | plain)\"
fi

if ((${#failed[@]} == 0)); then ok=true tag=ok; else ok=false tag="failed ${#failed[@]}"; fi
tag+=" driver $driver torch $torch engine $version node $node"
faults=$(
  IFS=,
  printf '%s' "${failed[*]}"
)
line=$(printf 'bp-self-test: {"ok":%s,"driver":"%s","gpu":"%s","torch":"%s","cuda":"%s","engine":"%s","engine_commit":"%s","worker_sha256":"%s","node":"%s","bundle":%s,"failed":[%s],"tag":"%s"}' \
  "$ok" "$driver" "$gpu" "$torch" "$cuda" "$version" "$commit" "$worker" "$node" "$bundle" "$faults" "$tag")
printf '%s\n' "$line"
if [[ ${1:-} == --console ]]; then
  # The kernel may speak in the middle of a line, so it is said more than once.
  for _ in 1 2 3; do
    printf '\n%s\n' "$line" >>"$root/dev/console"
    sleep "$pause_s"
  done
fi
[[ $ok == true ]]
