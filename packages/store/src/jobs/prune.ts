/**
 * What is removed of jobs when its time is over. Each call takes a bounded piece by primary key and answers how large it was,
 * so that no transaction is long; whoever calls goes on until less comes back than was asked for.
 */
import { jobStates } from '@bp/contracts/jobs'
import { changeByKeys } from '../by-keys.ts'
import { idAt } from '../ids.ts'
import { retention } from '../retention.ts'
import { id, int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { idems } from './rows.ts'

/** Removes idempotency keys that are past their promise. */
export async function pruneKeys(
  writer: Writer,
  options: { readonly limit: number },
): Promise<number> {
  const rows = await writer.all(sql`
    SELECT ${idems.select()} FROM idem WHERE expires_at < ${writer.nowMs} ORDER BY expires_at LIMIT ${options.limit}`)
  return changeByKeys(
    writer,
    rows.map(row => idems.read(row)),
    key => sql`user_id = ${key.userId} AND key_hash = ${key.keyHash}`,
    where => sql`DELETE FROM idem WHERE ${where}`,
  )
}

/** Removes payloads of jobs that have ended long ago; such a job can only be run again by its input. */
export async function prunePayloads(
  writer: Writer,
  options: { readonly limit: number },
): Promise<number> {
  const rows = await writer.all(sql`
    SELECT p.job_id AS job_id FROM job_payload p JOIN job j ON j.id = p.job_id
    WHERE ${await endedBefore(writer, sql`p.job_id`, retention.payloadMs)} ORDER BY p.job_id LIMIT ${options.limit}`)
  return changeByKeys(
    writer,
    rows.map(row => id().read(row['job_id'])),
    jobId => sql`job_id = ${jobId}`,
    where => sql`DELETE FROM job_payload WHERE ${where}`,
  )
}

/** Removes the events of jobs that have ended long ago, oldest first, so that the newest one of a job goes last. */
export async function pruneEvents(
  writer: Writer,
  options: { readonly limit: number },
): Promise<number> {
  const rows = await writer.all(sql`
    SELECT e.job_id AS job_id, e.seq AS seq FROM job_event e JOIN job j ON j.id = e.job_id
    WHERE ${await endedBefore(writer, sql`e.job_id`, retention.eventMs)} ORDER BY e.job_id, e.seq LIMIT ${options.limit}`)
  return changeByKeys(
    writer,
    rows.map(row => ({ jobId: id().read(row['job_id']), seq: int.read(row['seq']) })),
    event => sql`job_id = ${event.jobId} AND seq = ${event.seq}`,
    where => sql`DELETE FROM job_event WHERE ${where}`,
  )
}

/** Ids are times, so the primary key bounds the search: only old jobs that are still open are passed over. */
async function endedBefore(writer: Writer, jobId: Sql, keptMs: number): Promise<Sql> {
  const beforeMs = (await writer.now()) - keptMs
  return sql`${jobId} < ${idAt(beforeMs)} AND j.state <> ${jobStates.numberOf('open')} AND j.finished_at < ${beforeMs}`
}
