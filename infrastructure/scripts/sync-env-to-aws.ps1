# The door of the operator guide to `bp secrets sync`: same arguments, nothing of its own.
# No parameters are declared, so that --dry-run and the like arrive as they were typed.
$ErrorActionPreference = 'Stop'
node (Join-Path $PSScriptRoot '../../apps/cli/bin/bp.ts') secrets sync @args
exit $LASTEXITCODE
