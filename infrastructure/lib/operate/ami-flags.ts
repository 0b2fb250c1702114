/** The flags that both scripts of images have, and what follows from them. */
import { EC2Client, type _InstanceType } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { fleetTemplates } from '@bp/contracts/fleets'
import { OperateFault } from './fault.ts'
import { fleetFlags, fleetOf } from './fleet-ref.ts'
import { checkTag } from './image-in-registry.ts'
import { regionOf } from './installation.ts'
import type { AmiClouds, AmiOrder } from './make-ami.ts'
import { runPacker } from './packer.ts'
import type { Flags } from './script.ts'
import type { Show } from './tool.ts'

export const amiFlags = {
  ...fleetFlags,
  activate: {
    fallback: 'true',
    oneOf: ['true', 'false'],
    about: 'point the fleet to it when its self-test has passed',
  },
  commit: { isRequired: true, about: 'commit of this repository, for the tags' },
  'instance-type': { fallback: 'g6.xlarge', about: 'machine that builds it and boots from it' },
} as const

/** The boot test fetches a volume from its snapshot and loads torch from it. */
const bootPatience = { everyMs: 15_000, withinMs: 900_000 }

type Environment = Readonly<Record<string, string | undefined>>

export function openAmi(
  flags: Flags,
  env: Environment,
  show: Show,
): { readonly clouds: AmiClouds; readonly order: AmiOrder } {
  const fleet = fleetOf(flags)
  const commit = checkTag(flags.text('commit'))
  const instanceType = machineOf(flags.text('instance-type'))
  const region = regionOf(env)
  return {
    clouds: {
      ec2: new EC2Client({ region }),
      ssm: new SSMClient({ region }),
      packer: run => runPacker(env, show, run),
    },
    order: {
      fleet,
      region,
      commit,
      instanceType,
      activates: flags.text('activate') === 'true',
      patience: bootPatience,
      now: new Date(),
    },
  }
}

/** A machine type of the catalogue. Throws `unknown_instance_type`. */
function machineOf(text: string): _InstanceType {
  const known: readonly _InstanceType[] = Object.values(fleetTemplates).flatMap(
    ({ instanceTypes }) => [...instanceTypes],
  )
  const found = known.find(type => type === text)
  if (found !== undefined) return found
  throw new OperateFault(
    'unknown_instance_type',
    `"${text}" is no machine type that bp knows.`,
    `Choose one of ${known.join(', ')}.`,
  )
}
