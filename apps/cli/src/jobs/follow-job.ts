import { setTimeout as pause } from 'node:timers/promises'
import { ApiProblem, NetworkProblem, type Client } from '@bp/client'
import { isFinal } from '@bp/contracts/jobs'
import type { Job, JobProgressMessage } from '@bp/contracts/shapes/jobs'
import { exitCodes } from '../exit-codes.ts'
import { Refusal } from '../refusal.ts'
import type { Message } from '../verb.ts'

const reconnectMs = 500
/** Without any contact for this long the job is given up on (it goes on without us). */
const noContactMsMax = 60_000

export interface FollowOptions {
  readonly signal: AbortSignal
  readonly timeoutS: number | undefined
  /** Each state as a line of the result's stream, not only as progress. */
  readonly isStream: boolean
}

/**
 * Follows a job until it has ended and answers its last state. Live events where possible, else asking; a broken
 * stream is opened anew. Refuses when the time is over (exit 7) or Ctrl-C was pressed (exit 130): the job goes on.
 */
export async function* followJob(
  client: Client,
  id: string,
  { signal, timeoutS, isStream }: FollowOptions,
): AsyncGenerator<Message, Job, void> {
  const limit = timeoutS === undefined ? undefined : AbortSignal.timeout(timeoutS * 1000)
  const either = limit === undefined ? signal : AbortSignal.any([signal, limit])
  let heardAtMs = performance.now()
  let seq = -1
  try {
    for (;;) {
      try {
        for await (const event of client.jobs.events({ params: { id }, signal: either })) {
          heardAtMs = performance.now()
          if (event.event === 'end') break
          if (event.event === 'progress') {
            // Progress older than the state that we have must not turn it back.
            if (event.data.seq >= seq) yield* sayProgress(event.data, isStream)
            continue
          }
          const job = event.data
          if (job.seq < seq) continue
          seq = job.seq
          yield* sayState(job, isStream)
          if (isFinal(job.status)) return job
        }
      } catch (error) {
        if (either.aborted || !mayComeBack(error)) throw error
      }
      // The stream has ended, was refused or broke: ask once, then listen again.
      const job = await client.jobs.show({ params: { id }, signal: either }).catch(error => {
        if (either.aborted || !mayComeBack(error)) throw error
        return undefined
      })
      if (job !== undefined) {
        heardAtMs = performance.now()
        if (job.seq > seq) yield* sayState(job, isStream)
        seq = Math.max(seq, job.seq)
        if (isFinal(job.status)) return job
      } else if (performance.now() - heardAtMs > noContactMsMax)
        throw new NetworkProblem('unreachable', 'bp did not answer for a minute.')
      await pause(reconnectMs, undefined, { signal: either })
    }
  } catch (error) {
    if (signal.aborted)
      throw new Refusal('interrupted', 'interrupted', 'No longer watching; the job goes on.', {
        next: resumeCommand(id),
      })
    if (limit?.aborted)
      throw new Refusal(
        'wait_timed_out',
        'waitTimedOut',
        `The job has not ended within ${timeoutS} s; it goes on.`,
        { next: resumeCommand(id) },
      )
    throw error
  }
}

export const resumeCommand = (id: string): string => `npx bp job watch ${id}`

/** The exit code of a job that has ended. */
export const exitOfJob = (job: Pick<Job, 'status'>) =>
  job.status === 'succeeded' ? exitCodes.ok : exitCodes.jobNotSucceeded

function mayComeBack(error: unknown): boolean {
  if (error instanceof NetworkProblem) return true
  return error instanceof ApiProblem && (error.status >= 500 || error.status === 429)
}

function* sayState(job: Job, isStream: boolean): Generator<Message, void, void> {
  const text = job.waiting !== null ? `${job.status}: ${job.waiting.text}` : stateText(job)
  if (isStream)
    yield {
      say: 'event',
      data: { event: 'job', ...job },
      cells: [job.id, job.status, detailOf(job)],
    }
  else if (!isFinal(job.status))
    yield { say: 'progress', phase: `${job.status} ${job.phase ?? ''} ${text}`, text, part: null }
}

function* sayProgress(
  message: JobProgressMessage,
  isStream: boolean,
): Generator<Message, void, void> {
  const { progress, phase } = message
  const node = progress?.current_node_class ?? ''
  const step =
    progress?.step != null && progress.steps != null ? ` ${progress.step}/${progress.steps}` : ''
  const percent = progress === null ? '' : ` ${Math.round(progress.value * 100)} %`
  const text = `${phaseText(phase)}${percent} ${node}${step}`.trimEnd()
  if (isStream)
    yield {
      say: 'event',
      data: { event: 'progress', ...message },
      cells: [message.job_id, 'running', text],
    }
  else yield { say: 'progress', phase: phaseText(phase), text, part: progress?.value ?? null }
}

const detailOf = (job: Job): string =>
  job.waiting?.text ?? job.error?.message ?? (job.status === 'running' ? phaseText(job.phase) : '')

const stateText = (job: Job): string =>
  job.status === 'running' ? phaseText(job.phase) : job.status

const phaseText = (phase: Job['phase']): string => (phase ?? 'running').replaceAll('_', ' ')
