import { problem } from '@bp/contracts/errors'
import { find } from '@bp/store/fleets/find'
import type { Handler } from '../../http/call.ts'
import { fleetDetail } from './detail.ts'

export const show: Handler<'fleets.show'> = async ({ params }, context) => {
  const row = await context.store.read(reader => find(reader, params))
  if (row === undefined || row.slug === 'none') throw problem('not_found', { noun: 'fleet' })
  return { body: await fleetDetail(row, context) }
}
