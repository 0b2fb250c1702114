import { workerStates } from '@bp/contracts/workers'
import { ofWorker } from '@bp/store/leases/of-worker'
import { list as listWorkers } from '@bp/store/workers/list'
import type { Handler } from '../../http/call.ts'
import { workerToWire } from './wire.ts'

const endedShownMs = 3_600_000

/** Workers that live, and those that ended within the hour. */
export const list: Handler<'workers.list'> = async (_call, { store }) => ({
  body: {
    data: await store.read(async reader => {
      const nowMs = await reader.now()
      const rows = await listWorkers(reader, { states: workerStates.words, limit: 200 })
      const shown = rows.filter(row => row.endedAt === null || row.endedAt > nowMs - endedShownMs)
      return Promise.all(
        shown.map(async row => {
          const held = row.leases === 0 ? [] : await ofWorker(reader, row.id)
          return workerToWire(
            row,
            held.map(lease => lease.jobId),
          )
        }),
      )
    }),
  },
})
