import { randomBytes } from 'node:crypto'
import { laneMarkets } from '@bp/contracts/fleets'
import type { WorkerId } from '@bp/contracts/ids'
import { eventSeq, jobPriorities } from '@bp/contracts/jobs'
import { limits } from '@bp/contracts/limits'
import { workerStates } from '@bp/contracts/workers'
import { choose } from '@bp/domain/leases/choose'
import { changeByKeys, rowsByKeys } from '../by-keys.ts'
import { StoreError } from '../failure.ts'
import { insertRows, onConflict } from '../insert-rows.ts'
import { jobEvents, readyJobs } from '../jobs/rows.ts'
import type { WaitingRow } from '../jobs/rows.ts'
import { readyMatch } from '../jobs/waiting-match.ts'
import { byPrimaryKey, lock } from '../lock.ts'
import { bytes, id, int } from '../row.ts'
import { list, sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { deadlineIn } from './granted.ts'
import type { Granted } from './granted.ts'
import { peek } from './peek.ts'
import { leases } from './rows.ts'

/** Jobs of one grant; more waiters go round again. */
const pairsMax = 64
const windowMax = 256
/** A run may go on this much longer than it was allowed, for uploads, before its beats are refused. */
const stopGraceMs = 60_000
/**
 * A job is kept from the worker that lost it for this long after it came back into line. Not longer: that another worker is
 * ready does not mean that it ever asks (its engine may be away, its slots full), and then the job would wait for ever.
 */
const avoidMs = 30_000

/** A worker whose long poll waits for work. */
interface ClaimWaiter {
  readonly workerId: WorkerId
  /** 16 random bytes of the worker: a repeat after a lost answer asks with the same ones. */
  readonly claimId: Uint8Array
  /** Free slots; at least 1. */
  readonly slots: number
  /** When it last ran something (Unix ms); null when it never has. */
  readonly lastBusyMs?: number | null
  /** It takes no job that would end after this (Spot); null when no end is known. */
  readonly acceptUntilMs?: number | null
}

export interface GrantRequest {
  readonly fleetId: number
  readonly waiters: readonly ClaimWaiter[]
  readonly ttlMs?: number
}

/**
 * The claim: hands the first waiting jobs of a fleet to waiting workers, at most 64 in one transaction.
 *
 * A peek without locks, a choice in memory, then locks in the order of the house. The share lock on the worker rows is where a
 * drain is decided: whoever commits first wins and the other sees it. The one on the lanes makes a pause exact.
 * Rows somebody else holds are skipped, never waited for. The payload is read after the commit (`leases/payload`).
 */
export async function grant(writer: Writer, request: GrantRequest): Promise<readonly Granted[]> {
  const slots = request.waiters.reduce((sum, waiter) => sum + waiter.slots, 0)
  if (slots === 0) return []
  const window = await peek(writer, {
    fleetId: request.fleetId,
    limit: Math.min(windowMax, 4 * slots),
  })
  if (window.length === 0) return []

  const nowMs = await writer.now()
  const pairs = choose(
    window.map(row => ({
      ...row,
      row,
      prio: jobPriorities.numberOf(row.prio),
      avoidWorkerId:
        row.avoidWorkerId === 0n || nowMs - row.readyAt > avoidMs ? null : row.avoidWorkerId,
    })),
    request.waiters.map(waiter => ({
      ...waiter,
      waiter,
      lastBusyMs: waiter.lastBusyMs ?? null,
      acceptUntilMs: waiter.acceptUntilMs ?? null,
    })),
    {
      nowMs,
      liveWorkers: await countReady(writer, request.fleetId),
      pairsMax,
    },
  )
  const wanted = pairs.map(pair => ({ row: pair.row.row, waiter: pair.waiter.waiter }))
  if (wanted.length === 0) return []

  const ready = await lockReadyWorkers(writer, request, wanted)
  const open = await lockOpenLanes(writer, wanted)
  const claimable = wanted.filter(
    pair => ready.has(pair.waiter.workerId) && open.has(pair.row.laneId),
  )
  const locked = await lockRows(
    writer,
    claimable.map(pair => pair.row),
  )
  const now = await writer.now()
  const taken = claimable.flatMap(pair => {
    const row = locked.get(pair.row.jobId)
    if (row === undefined) return []
    // A passed deadline is refused here, so no job starts after it, however late the expire loop is.
    if (row.deadlineAt !== 0 && row.deadlineAt <= now) return []
    return [{ row, waiter: pair.waiter }]
  })
  return take(writer, request, taken, now)
}

interface Pair {
  readonly row: WaitingRow
  readonly waiter: ClaimWaiter
}

async function countReady(writer: Writer, fleetId: number): Promise<number> {
  const row = await writer.first(sql`
    SELECT COUNT(*) AS n FROM worker
    WHERE fleet_id = ${fleetId} AND state = ${workerStates.numberOf('ready')}`)
  return int.read(row?.['n'] ?? 0)
}

async function lockReadyWorkers(
  writer: Writer,
  request: GrantRequest,
  pairs: readonly Pair[],
): Promise<ReadonlySet<WorkerId>> {
  const ids = [...new Set(pairs.map(pair => pair.waiter.workerId))]
  const rows = await writer.all(sql`
    SELECT id, state, fleet_id FROM worker ${byPrimaryKey(writer)} WHERE id IN ${list(ids)} ORDER BY id ${lock(writer, 'share')}`)
  return new Set(
    rows
      .filter(
        row =>
          workerStates.wordOf(int.read(row['state'])) === 'ready' &&
          int.read(row['fleet_id']) === request.fleetId,
      )
      .map(row => id<WorkerId>().read(row['id'])),
  )
}

async function lockOpenLanes(writer: Writer, pairs: readonly Pair[]): Promise<ReadonlySet<number>> {
  const ids = [...new Set(pairs.map(pair => pair.row.laneId))]
  const rows = await writer.all(sql`
    SELECT id, paused, market FROM lane ${byPrimaryKey(writer)} WHERE id IN ${list(ids)} ORDER BY id ${lock(writer, 'share')}`)
  return new Set(
    rows
      .filter(
        row =>
          int.read(row['paused']) === 0 && laneMarkets.wordOf(int.read(row['market'])) === 'any',
      )
      .map(row => int.read(row['id'])),
  )
}

async function lockRows(
  writer: Writer,
  rows: readonly WaitingRow[],
): Promise<ReadonlyMap<bigint, WaitingRow>> {
  const found = new Map<bigint, WaitingRow>()
  const byLane = Map.groupBy(rows, row => row.laneId)
  for (const [, own] of [...byLane].toSorted(([a], [b]) => a - b)) {
    const locked = await rowsByKeys(
      writer,
      own,
      readyMatch,
      where =>
        sql`SELECT ${readyJobs.select()} FROM job_ready ${byPrimaryKey(writer)} WHERE ${where} ${lock(writer, 'skip')}`,
    )
    for (const row of locked) {
      const waiting = readyJobs.read(row)
      found.set(waiting.jobId, waiting)
    }
  }
  return found
}

async function take(
  writer: Writer,
  request: GrantRequest,
  pairs: readonly Pair[],
  now: number,
): Promise<readonly Granted[]> {
  if (pairs.length === 0) return []
  const ttlMs = request.ttlMs ?? limits.leaseMs
  const deleted = await changeByKeys(
    writer,
    pairs.map(pair => pair.row),
    readyMatch,
    where => sql`DELETE FROM job_ready WHERE ${where}`,
  )
  if (deleted !== pairs.length) {
    throw new StoreError('queue_invariant', `${deleted} of ${pairs.length} locked rows were there`)
  }
  const granted = pairs.map(({ row, waiter }) => ({
    ...row,
    epoch: row.epoch + 1,
    secret: randomBytes(16),
    runId: randomBytes(16),
    claimId: bytes.read(waiter.claimId),
    workerId: waiter.workerId,
    leasedAt: now,
    expiresAt: now + ttlMs,
    stopAt: now + row.runMsMax + stopGraceMs,
  }))
  // In the order of the key, like every end: two transactions that write many leases never wait for each other in a ring.
  await insertRows(
    writer,
    leases,
    granted
      .toSorted((a, b) => (a.jobId < b.jobId ? -1 : 1))
      .map(lease => ({ ...lease, phase: 'none', progress: 0, stop: 'none' })),
  )
  await insertRows(
    writer,
    jobEvents,
    granted.map(lease => ({
      jobId: lease.jobId,
      seq: eventSeq(lease.epoch, 0),
      kind: 'running',
      at: now,
      data: null,
    })),
  )
  await raiseClock(
    writer,
    request.fleetId,
    pairs.map(pair => pair.row),
  )
  const stats = new StatChanges()
  for (const lease of granted) {
    stats.add(lease, { ready: -1, readyMs: -lease.costMs, leased: 1, granted: 1 })
  }
  await stats.write(writer, 'grant')
  return granted.map(lease => ({
    workerId: lease.workerId,
    claimId: lease.claimId,
    jobId: lease.jobId,
    userId: lease.userId,
    epoch: lease.epoch,
    secret: lease.secret,
    runId: lease.runId,
    laneId: lease.laneId,
    prio: lease.prio,
    pass: lease.pass,
    attempt: lease.epoch,
    expiresInMs: ttlMs,
    runMsMax: lease.runMsMax,
    deadlineInMs: deadlineIn(lease.deadlineAt, now),
    leasedAt: lease.leasedAt,
  }))
}

/** The floor for newcomers: the smallest pass of the last granted batch, never falling. */
async function raiseClock(
  writer: Writer,
  fleetId: number,
  rows: readonly WaitingRow[],
): Promise<void> {
  const byPrio = Map.groupBy(rows, row => jobPriorities.numberOf(row.prio))
  for (const [prio, own] of [...byPrio].toSorted(([a], [b]) => a - b)) {
    const pass = Math.min(...own.map(row => row.pass))
    const raised = await writer.run(sql`
      UPDATE fleet_clock SET pass = CASE WHEN pass < ${pass} THEN ${pass} ELSE pass END
      WHERE fleet_id = ${fleetId} AND prio = ${prio}`)
    if (raised > 0) continue
    await writer.run(sql`
      INSERT INTO fleet_clock (fleet_id, prio, pass) VALUES (${fleetId}, ${prio}, ${pass})
      ${onConflict(writer, 'fleet_id, prio', ['pass'])}`)
  }
}
