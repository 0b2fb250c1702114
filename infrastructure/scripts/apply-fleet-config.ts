#!/usr/bin/env node
/** Brings the stack of one fleet to its document and its image. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { SSMClient } from '@aws-sdk/client-ssm'
import { applyFleetConfig, isConfirmed } from '../lib/operate/apply-fleet-config.ts'
import { openFleetAssembly } from '../lib/operate/fleet-config-file.ts'
import { fleetFlags, fleetOf } from '../lib/operate/fleet-ref.ts'
import { loadInstallation, regionOf } from '../lib/operate/installation.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'
import { tellPage } from '../lib/operate/workflow-files.ts'

const script: Script = {
  name: 'apply-fleet-config',
  summary:
    'Tells what the fleet’s document and image would change in its stack, and changes it when the slug is typed as consent.',
  options: {
    ...fleetFlags,
    confirm: { about: 'the slug once more; without it nothing is changed' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const fleet = fleetOf(flags)
  const hasConsent = isConfirmed(fleet.slug, flags.maybe('confirm'))
  const region = regionOf(process.env)
  const { zones } = loadInstallation(process.env)
  const clouds = {
    cloudformation: new CloudFormationClient({ region }),
    ec2: new EC2Client({ region }),
    serviceQuotas: new ServiceQuotasClient({ region }),
    ssm: new SSMClient({ region }),
    assemble: openFleetAssembly(process.env, show),
  }
  const applied = await applyFleetConfig(clouds, fleet, { zones, hasConsent }, say, markdown => {
    process.stderr.write(`${markdown}\n`)
    tellPage(process.env, markdown)
  })
  const line = applied.isApplied
    ? `${applied.stack} is as its document says.`
    : `Nothing was changed. Run it again with ${fleet.slug} as confirmation.`
  return { line, data: { ...applied } }
})
