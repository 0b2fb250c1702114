#!/usr/bin/env bash
# Reads the secret of this machine's stage from SSM and puts it where bp alone can read it. What was there before stays
# when SSM does not answer. The secret stands in no argument and no log.
set -euo pipefail
: "${BP_WORKER_STAGE:?write-fleet-secret: BP_WORKER_STAGE is missing in /etc/bp/machine.env}"
: "${AWS_REGION:?write-fleet-secret: AWS_REGION is missing in /etc/bp/machine.env}"
folder=${BP_ROOT:-}/run/bp
tries_max=5
pause_s=3

# SSM takes few reads a second from one account, and machines come in crowds. A worker that crashed comes alone.
[[ -e $folder/fleet-secret ]] || sleep $((RANDOM % 5))
secret=
for ((try = 1; try <= tries_max; try += 1)); do
  if secret=$(aws ssm get-parameter --region "$AWS_REGION" --name "/bp/fleets/$BP_WORKER_STAGE/fleet-secret" \
    --with-decryption --query Parameter.Value --output text); then
    break
  fi
  secret=
  ((try == tries_max)) || sleep "$pause_s"
done
if [[ -z $secret || $secret == None ]]; then
  printf 'write-fleet-secret: no secret for %s after %s tries. See that /bp/fleets/%s/fleet-secret exists and that the role of this machine may read it.\n' \
    "$BP_WORKER_STAGE" "$tries_max" "$BP_WORKER_STAGE" >&2
  exit 1
fi

umask 0277
new=$(mktemp "$folder/.fleet-secret.XXXXXX")
trap 'rm -f "$new"' EXIT
printf '%s' "$secret" >"$new"
chown bp:bp "$new"
chmod 0400 "$new"
mv --force "$new" "$folder/fleet-secret"
