#!/usr/bin/env node
/** Makes the stack of one fleet, and what it needs. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { SSMClient } from '@aws-sdk/client-ssm'
import { openFleetAssembly } from '../lib/operate/fleet-config-file.ts'
import { fleetFlags, fleetOf } from '../lib/operate/fleet-ref.ts'
import { loadInstallation, regionOf } from '../lib/operate/installation.ts'
import { provisionFleet } from '../lib/operate/provision-fleet.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'

const script: Script = {
  name: 'provision-fleet',
  summary:
    'Checks core stacks, quota and the fleet’s document, makes its log group and AMI pointer where they are absent, and deploys its stack alone.',
  options: fleetFlags,
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const fleet = fleetOf(flags)
  const region = regionOf(process.env)
  const { zones } = loadInstallation(process.env)
  const clouds = {
    cloudformation: new CloudFormationClient({ region }),
    ec2: new EC2Client({ region }),
    logs: new CloudWatchLogsClient({ region }),
    serviceQuotas: new ServiceQuotasClient({ region }),
    ssm: new SSMClient({ region }),
    assemble: openFleetAssembly(process.env, show),
  }
  const made = await provisionFleet(clouds, fleet, zones, say)
  const next =
    made.image === 'bp'
      ? 'It has an image of bp.'
      : `Next: build-ami.yml for ${fleet.stage}/${fleet.slug}, then apply-gpu-fleet-config.yml.`
  return { line: `${made.stack} is there. ${next}`, data: { ...made } }
})
