#!/usr/bin/env bash
# Fills stage and fleet into the settings of the CloudWatch agent and starts it with them.
set -euo pipefail
: "${BP_WORKER_STAGE:?start-log-agent: BP_WORKER_STAGE is missing in /etc/bp/machine.env}"
: "${BP_WORKER_FLEET:?start-log-agent: BP_WORKER_FLEET is missing in /etc/bp/machine.env}"
root=${BP_ROOT:-}
# They become part of a pattern and of names in AWS.
if [[ ! $BP_WORKER_STAGE =~ ^[a-z]+$ || ! $BP_WORKER_FLEET =~ ^[a-z0-9-]+$ ]]; then
  printf 'start-log-agent: "%s/%s" is no fleet\n' "$BP_WORKER_STAGE" "$BP_WORKER_FLEET" >&2
  exit 1
fi

settings=$root/run/bp/log-agent.json
sed "s/@STAGE@/$BP_WORKER_STAGE/; s/@FLEET@/$BP_WORKER_FLEET/" "$root/opt/bp/share/log-agent.json" >"$settings"
"$root/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$settings"
