/** How hints travel between backends: one line of JSON, `{"from":…,"work":true,"jobs":[["job_…","user_…","job"],…]}`. */
import { formatId, parseId } from '@bp/contracts/ids'
import type { JobHint } from './hints.ts'

export interface HintMessage {
  /** Who says it: a backend does not listen to itself. */
  readonly from: string
  /** There may be work for waiting workers. */
  readonly work: boolean
  readonly jobs: readonly JobHint[]
}

/** Hints of jobs in one message; further ones are left out, and found by the next look of whoever waits for them. */
export const hintsMax = 1_000
/** A longer text is none of ours. */
const charsMax = 100 * hintsMax

export const writeHintMessage = ({ from, work, jobs }: HintMessage): string =>
  JSON.stringify({
    from,
    work,
    jobs: jobs.map(({ jobId, userId, what }) => [
      formatId('job', jobId),
      formatId('user', userId),
      what,
    ]),
  })

/** Undefined for a text that is no such message: another release may say things that this one does not know. */
export function readHintMessage(text: string): HintMessage | undefined {
  const message = text.length > charsMax ? undefined : parsed(text)
  if (typeof message !== 'object' || message === null) return undefined
  if (!('from' in message) || typeof message.from !== 'string') return undefined
  const jobs: unknown = 'jobs' in message ? message.jobs : []
  return {
    from: message.from,
    work: 'work' in message && message.work === true,
    jobs: Array.isArray(jobs) ? jobs.slice(0, hintsMax).flatMap(readJob) : [],
  }
}

function readJob(row: unknown): readonly JobHint[] {
  if (!Array.isArray(row)) return []
  const [job, user, what]: unknown[] = row
  const jobId = typeof job === 'string' ? parseId('job', job) : undefined
  const userId = typeof user === 'string' ? parseId('user', user) : undefined
  if (jobId === undefined || userId === undefined) return []
  return what === 'job' || what === 'progress' ? [{ jobId, userId, what }] : []
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
