import type { FleetDetail } from '@bp/contracts/shapes/fleets'
import type { FleetRow } from '@bp/store/fleets/rows'
import type { Context } from '../../context.ts'
import { configOfRow, configText } from '../../fleet/fleet-config.ts'
import { fleetsToWire } from './wire.ts'

/** A fleet with what is asked of its stack, and whether the stack's own document says so too. */
export async function fleetDetail(row: FleetRow, context: Context): Promise<FleetDetail> {
  const [fleet] = await context.store.read(reader => fleetsToWire([row], reader, context))
  if (fleet === undefined) throw new Error('a fleet has no face')
  const config = configOfRow(row) ?? null
  return {
    ...fleet,
    config,
    pointer: config === null ? null : await pointerState(config, context),
  }
}

async function pointerState(
  config: NonNullable<FleetDetail['config']>,
  { pointers }: Context,
): Promise<NonNullable<FleetDetail['pointer']>> {
  const written = await pointers.get(config)
  if (written === undefined) return 'missing'
  return configText(written) === configText(config) ? 'written' : 'different'
}
