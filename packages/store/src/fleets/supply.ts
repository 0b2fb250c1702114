import { workerStates } from '@bp/contracts/workers'
import type { WorkerState } from '@bp/contracts/workers'
import { listOpen } from '../launches/list-open.ts'
import type { LaunchRow } from '../launches/rows.ts'
import { int, maybe } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workers } from '../workers/rows.ts'

export interface Supply {
  readonly byState: Readonly<Record<WorkerState, number>>
  readonly workers: readonly SupplyWorker[]
  /** Workers that hold a lease. */
  readonly busy: number
  readonly launches: readonly LaunchRow[]
}
export interface SupplyWorker {
  readonly id: bigint
  readonly state: WorkerState
  readonly instance: string
  readonly launchId: bigint
  readonly generation: string
  readonly slots: number
  readonly leases: number
  /** Unix ms of the last sign of life; undefined before the first. */
  readonly seenAt?: number
}

/** What a fleet has and what is on its way. Ended workers are not counted. */
export async function supply(reader: Reader, fleetId: number): Promise<Supply> {
  const rows = await reader.all(sql`
    SELECT ${workers.select('w')}, v.seen_at AS seen_at,
      (SELECT COUNT(*) FROM job_lease l WHERE l.worker_id = w.id) AS leases
    FROM worker w LEFT JOIN worker_live v ON v.worker_id = w.id
    WHERE w.fleet_id = ${fleetId} AND w.state <> ${workerStates.numberOf('ended')} ORDER BY w.id LIMIT 1000`)
  const byState = { registered: 0, ready: 0, draining: 0, drained: 0, ended: 0 }
  const found = rows.map((row): SupplyWorker => {
    const worker = workers.read(row, 'w')
    byState[worker.state]++
    const seenAt = maybe(int).read(row['seen_at'])
    const { id, state, instance, launchId, generation, slots } = worker
    const known = {
      id,
      state,
      instance,
      launchId,
      generation,
      slots,
      leases: int.read(row['leases']),
    }
    return seenAt === null ? known : { ...known, seenAt }
  })
  return {
    byState,
    workers: found,
    busy: found.filter(worker => worker.leases > 0).length,
    launches: await listOpen(reader, { fleetId }),
  }
}
