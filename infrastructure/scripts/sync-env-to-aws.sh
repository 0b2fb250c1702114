#!/bin/sh
# The door of the operator guide to `bp secrets sync`: same arguments, nothing of its own.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
# The Node that the repository brings, where it is installed; otherwise the machine's.
PATH="$root/node_modules/.bin:$PATH"
exec node "$root/apps/cli/bin/bp.ts" secrets sync "$@"
