#!/usr/bin/env node
/** Removes the stack of one fleet. */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { isConfirmed } from '../lib/operate/apply-fleet-config.ts'
import { destroyFleet } from '../lib/operate/destroy-fleet.ts'
import { OperateFault } from '../lib/operate/fault.ts'
import { openFleetAssembly, placeholderFleet } from '../lib/operate/fleet-config-file.ts'
import { fleetFlags, fleetOf } from '../lib/operate/fleet-ref.ts'
import { regionOf } from '../lib/operate/installation.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'

const script: Script = {
  name: 'destroy-fleet',
  summary:
    'Removes the stack of a fleet on which nothing runs and for which nothing waits. Row, document, pointers, images and logs stay.',
  options: {
    ...fleetFlags,
    confirm: { isRequired: true, about: 'the slug once more' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const fleet = fleetOf(flags)
  if (!isConfirmed(fleet.slug, flags.maybe('confirm')))
    throw new OperateFault('not_confirmed', 'Nothing was typed.', `Type ${fleet.slug} to confirm.`)
  const region = regionOf(process.env)
  const clouds = {
    autoscaling: new AutoScalingClient({ region }),
    cloudformation: new CloudFormationClient({ region }),
    cloudwatch: new CloudWatchClient({ region }),
    assemble: () => openFleetAssembly(process.env, show)(placeholderFleet(fleet)),
  }
  const wasThere = await destroyFleet(clouds, fleet, say)
  const line = wasThere
    ? `The stack of ${fleet.stage}/${fleet.slug} is gone. provision-gpu-fleet.yml brings the same fleet back.`
    : `There was no stack of ${fleet.stage}/${fleet.slug}.`
  return { line, data: { ...fleet, wasThere } }
})
