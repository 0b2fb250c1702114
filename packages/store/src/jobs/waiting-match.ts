import type { JobId, UserId } from '@bp/contracts/ids'
import { jobPriorities } from '@bp/contracts/jobs'
import type { JobPriority } from '@bp/contracts/jobs'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'

/** Rows are deleted by full primary key only: deletes by a secondary key are years of other queues' deadlocks. */
export const readyMatch = (job: {
  readonly laneId: number
  readonly prio: JobPriority
  readonly pass: number
  readonly jobId: JobId
}): Sql =>
  sql`lane_id = ${job.laneId} AND prio = ${jobPriorities.numberOf(job.prio)} AND pass = ${job.pass} AND job_id = ${job.jobId}`

export const heldMatch = (job: {
  readonly fleetId: number
  readonly userId: UserId
  readonly prio: JobPriority
  readonly pass: number
  readonly jobId: JobId
}): Sql =>
  sql`fleet_id = ${job.fleetId} AND user_id = ${job.userId} AND prio = ${jobPriorities.numberOf(job.prio)} AND pass = ${job.pass} AND job_id = ${job.jobId}`

export const delayedMatch = (job: { readonly dueAt: number; readonly jobId: JobId }): Sql =>
  sql`due_at = ${job.dueAt} AND job_id = ${job.jobId}`
