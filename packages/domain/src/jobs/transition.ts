import {
  eventSeq,
  jobTransitions,
  type JobEventKind,
  type JobState,
  type JobStatus,
} from '@bp/contracts/jobs'

/** A change of state with the one event that it writes. */
export interface Transition {
  readonly from: JobStatus
  readonly to: JobStatus
  readonly event: JobEventKind
  /** Unique and growing per job: also the number of the state for readers. */
  readonly seq: number
}

/**
 * The one function that changes a job's status: the change with its event, or why it is refused.
 * `epoch` is the job's epoch after the change (a grant has raised it already).
 * `late`: a result of the newest attempt that arrives while the job waits again with that attempt's epoch;
 * it is judged as if the job still ran, because nobody else has begun it.
 */
export function transition(
  from: JobStatus,
  to: JobStatus,
  epoch: number,
  late = false,
): Transition | { readonly refused: string } {
  const judgedFrom = late && from === 'queued' ? 'running' : from
  if (!jobTransitions[judgedFrom].includes(to))
    return { refused: `A job that is ${from} cannot become ${to}.` }
  const event = to === 'queued' ? 'requeued' : to
  return { from, to, event, seq: eventSeq(epoch, placeOf(to, late)) }
}

/** The event with which a job begins: queued, epoch 0. */
export const firstEvent: { readonly event: JobEventKind; readonly seq: number } = {
  event: 'queued',
  seq: eventSeq(0, 0),
}

function placeOf(to: JobStatus, late: boolean): 0 | 1 | 2 | 3 {
  if (to === 'running') return 0
  if (to === 'canceling') return 1
  return late ? 3 : 2
}

/** The status that people see: derived from the stored state, the job's place and a cancel intent. */
export function statusOf(job: {
  readonly state: JobState
  readonly hasLease: boolean
  readonly cancelAsked: boolean
}): JobStatus {
  if (job.state !== 'open') return job.state
  if (!job.hasLease) return 'queued'
  return job.cancelAsked ? 'canceling' : 'running'
}
