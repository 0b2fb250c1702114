#!/usr/bin/env bash
# The image's own self-test, on the machine that becomes it. Where it fails there is no image.
set -euo pipefail

systemctl start comfyui.service
"${BP_ROOT:-}/opt/bp/bin/self-test.sh" || {
  printf 'run-self-test: the image was not made. Each fault is named above.\n' >&2
  exit 1
}
