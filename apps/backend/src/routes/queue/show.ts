import { formatId } from '@bp/contracts/ids'
import { finalStatuses } from '@bp/contracts/jobs'
import { list as listFleets } from '@bp/store/fleets/list'
import { listAll } from '@bp/store/jobs/list-all'
import type { Handler } from '../../http/call.ts'
import { fleetsToWire } from '../fleets/wire.ts'
import { runnersOf } from '../jobs/read-job.ts'
import { waitingToWire } from '../jobs/wire.ts'
import { wireTime } from '../time.ts'

/** Rows of each list that the page shows; the counts beside them are whole. */
const shownMax = 100
const hourMs = 3_600_000

/** Who waits, who runs, and why. */
export const show: Handler<'queue.show'> = async (_call, context) => {
  const { store, fleetFacts } = context
  return store.read(async reader => {
    const nowMs = await reader.now()
    const [fleetRows, queued, running, finished] = await Promise.all([
      listFleets(reader),
      listAll(reader, { statuses: ['queued'], limit: shownMax }),
      listAll(reader, { statuses: ['running', 'canceling'], limit: shownMax }),
      listAll(reader, { statuses: finalStatuses, limit: shownMax }),
    ])
    const runners = await runnersOf(running.rows, reader)
    const oldestFirst = queued.rows.toReversed()
    const lately = finished.rows.filter(job => (job.finishedAt ?? 0) > nowMs - hourMs)
    const ended = (status: string): number => lately.filter(job => job.status === status).length
    return {
      body: {
        as_of: wireTime(nowMs),
        fleets: [...(await fleetsToWire(fleetRows, reader, context))],
        waiting: await Promise.all(
          oldestFirst.map(async (job, at) => ({
            job: formatId('job', job.id),
            effect: job.info.effectSlug ?? null,
            since: wireTime(job.waiting?.since ?? job.createdAt),
            why: waitingToWire(job, job.waiting ?? { reason: 'capacity', since: job.createdAt }, {
              fleet: await fleetFacts.of(job.fleetId),
              ahead: at,
              nowMs,
              scalerText: fleetFacts.decisionOf(job.fleetId)?.text ?? null,
            }),
            place: at + 1,
          })),
        ),
        running: running.rows.map(job => ({
          job: formatId('job', job.id),
          effect: job.info.effectSlug ?? null,
          worker: (job.lease && runners.get(job.lease.workerId)?.instance) ?? '',
          phase: job.phase ?? null,
          progress: (job.lease?.progress ?? 0) / 10_000,
          started_at: wireTime(job.lease?.leasedAt ?? job.firstStartedAt ?? job.createdAt),
        })),
        finished_hour: {
          succeeded: ended('succeeded'),
          failed: ended('failed'),
          canceled: ended('canceled'),
          expired: ended('expired'),
        },
      },
    }
  })
}
