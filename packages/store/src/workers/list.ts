import { stages } from '@bp/contracts/fleets'
import type { WorkerId } from '@bp/contracts/ids'
import { workerStates } from '@bp/contracts/workers'
import type { WorkerState } from '@bp/contracts/workers'
import { bootPhases } from '../launches/rows.ts'
import type { BootPhaseRow } from '../launches/rows.ts'
import { newest } from '../page.ts'
import { id, int, text } from '../row.ts'
import { list as values, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { liveWorkers, workers } from './rows.ts'
import type { LiveWorkerRow, WorkerRow } from './rows.ts'

export interface WorkerView extends WorkerRow {
  readonly live?: LiveWorkerRow
  readonly leases: number
  readonly bootPhases: readonly BootPhaseRow[]
  readonly fleetSlug: string
  readonly fleetStage: 'staging' | 'production'
}

/** Workers, newest first, at most 200. Without `states`: all but the ended ones. */
export async function list(
  reader: Reader,
  filter: {
    readonly fleetId?: number
    readonly states?: readonly WorkerState[]
    readonly before?: WorkerId
    readonly limit?: number
  } = {},
): Promise<readonly WorkerView[]> {
  const states = filter.states ?? workerStates.words.filter(state => state !== 'ended')
  if (states.length === 0) return []
  const ofFleet = filter.fleetId === undefined ? sql`` : sql`AND w.fleet_id = ${filter.fleetId}`
  return workerViews(
    reader,
    sql`w.id < ${filter.before ?? newest} AND w.state IN ${values(states.map(state => workerStates.numberOf(state)))} ${ofFleet}
      ORDER BY w.id DESC LIMIT ${Math.min(workersMax, filter.limit ?? workersMax)}`,
  )
}

const workersMax = 200

/** Workers behind a condition on `w`, with what is known of them. */
export async function workerViews(reader: Reader, where: Sql): Promise<readonly WorkerView[]> {
  const rows = await reader.all(sql`
    SELECT ${workers.select('w')}, ${liveWorkers.select('v')}, f.slug AS f_slug, f.stage AS f_stage
    FROM worker w JOIN fleet f ON f.id = w.fleet_id LEFT JOIN worker_live v ON v.worker_id = w.id
    WHERE ${where}`)
  if (rows.length === 0) return []
  const found = rows.map(row => workers.read(row, 'w'))
  const [leases, phases] = await reader.allOf([
    sql`SELECT worker_id, COUNT(*) AS n FROM job_lease
      WHERE worker_id IN ${values(found.map(worker => worker.id))} GROUP BY worker_id`,
    sql`SELECT ${bootPhases.select()} FROM boot_phase
      WHERE launch_id IN ${values(found.map(worker => worker.launchId))} ORDER BY launch_id, phase`,
  ])
  const leasesOf = new Map(
    (leases ?? []).map(row => [id<WorkerId>().read(row['worker_id']), int.read(row['n'])]),
  )
  const phasesOf = Map.groupBy(
    (phases ?? []).map(row => bootPhases.read(row)),
    phase => phase.launchId,
  )
  return rows.map(row => {
    const worker = workers.read(row, 'w')
    const live = liveWorkers.readMaybe(row, 'v')
    return {
      ...worker,
      ...(live === undefined ? {} : { live }),
      leases: leasesOf.get(worker.id) ?? 0,
      bootPhases: phasesOf.get(worker.launchId) ?? [],
      fleetSlug: text.read(row['f_slug']),
      fleetStage: stages.wordOf(int.read(row['f_stage'])),
    }
  })
}
