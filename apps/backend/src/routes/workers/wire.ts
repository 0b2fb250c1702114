import { formatId, idTimeMs, type JobId } from '@bp/contracts/ids'
import type { Worker } from '@bp/contracts/shapes/workers'
import type { WorkerView } from '@bp/store/workers/list'
import { wireTime, wireTimeOrNull } from '../time.ts'

export const workerToWire = (row: WorkerView, jobs: readonly JobId[]): Worker => ({
  id: formatId('worker', row.id),
  stage: row.fleetStage,
  fleet: row.fleetSlug,
  instance: row.instance,
  market: row.market,
  state: row.state,
  phase: row.live?.phase ?? null,
  phase_since: wireTimeOrNull(row.live?.phaseSince),
  drain_reason: row.drainReason,
  health: row.live?.health ?? 'good',
  slots: row.slots,
  busy: row.leases,
  jobs: jobs.map(id => formatId('job', id)),
  last_seen_at: wireTimeOrNull(row.live?.seenAt),
  started_at: wireTime(idTimeMs(row.id)),
})
