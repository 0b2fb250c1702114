import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { OperateFault } from './fault.ts'
import type { FleetRef } from './fleet-ref.ts'
import { findParameter } from './parameter.ts'

/** Reads the fleet's document. Throws `fleet_without_row` where nobody has created the fleet, and all faults of a bad one. */
export async function findDesiredConfig(ssm: SSMClient, fleet: FleetRef): Promise<DesiredConfig> {
  const name = names.parameters.desiredConfig(fleet.stage, fleet.slug)
  const text = await findParameter(ssm, name)
  if (text === undefined)
    throw new OperateFault(
      'fleet_without_row',
      `The fleet ${fleet.stage}/${fleet.slug} does not exist: there is no ${name}.`,
      'Create it in the Admin UI first, with this very stage and slug.',
    )
  return readDesiredConfig(fleet, text)
}

/** A document of a fleet, checked. Throws `unknown_instance_type` or `bad_desired_config`, with all faults. */
export function readDesiredConfig(fleet: FleetRef, text: string): DesiredConfig {
  const name = names.parameters.desiredConfig(fleet.stage, fleet.slug)
  const remedy = 'Correct the fleet in the Admin UI and save it, which writes the document again.'
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new OperateFault('bad_desired_config', `${name} is no JSON.`, remedy, error)
  }
  const parsed = DesiredConfig.safeParse(document)
  if (!parsed.success) {
    const { issues } = parsed.error
    const isType = issues.some(
      issue => issue.code === 'custom' && issue.params?.['code'] === 'instance_type_unknown',
    )
    throw new OperateFault(
      isType ? 'unknown_instance_type' : 'bad_desired_config',
      `${name}: ${issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')}.`,
      remedy,
    )
  }
  const { stage, slug } = parsed.data
  if (stage !== fleet.stage || slug !== fleet.slug)
    throw new OperateFault(
      'bad_desired_config',
      `${name} is the document of ${stage}/${slug}.`,
      remedy,
    )
  return parsed.data
}
