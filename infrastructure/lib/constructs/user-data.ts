import type { FleetKey } from './fleet-metrics.ts'

export interface UserDataProps {
  readonly fleet: FleetKey
  readonly region: string
  /** Origin of the API; often a token that CloudFormation fills in. */
  readonly apiUrl: string
}

/**
 * What a machine of a fleet is told at its first boot: whom it belongs to and where the API is. All else is in its image,
 * and its secret comes from SSM: whoever can describe the launch template reads this text. `BP_ROOT` is set by tests alone.
 */
export function userData({ fleet: { stage, slug }, region, apiUrl }: UserDataProps): string {
  return `#!/bin/sh
set -eu
root=\${BP_ROOT:-}
mkdir -p "$root/etc/bp"
cat > "$root/etc/bp/machine.env" <<'END'
BP_WORKER_STAGE=${stage}
BP_WORKER_FLEET=${slug}
BP_WORKER_URL=${apiUrl}
AWS_REGION=${region}
END
systemctl start --no-block bp-worker.service
`
}
