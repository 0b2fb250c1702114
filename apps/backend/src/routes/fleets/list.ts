import { list as listFleets } from '@bp/store/fleets/list'
import type { Handler } from '../../http/call.ts'
import { fleetsToWire } from './wire.ts'

export const list: Handler<'fleets.list'> = async (_call, context) => ({
  body: {
    data: await context.store.read(async reader => [
      ...(await fleetsToWire(await listFleets(reader), reader, context)),
    ]),
  },
})
