import type { Job } from '@bp/contracts/shapes/jobs'
import type { Tone } from '../hosts/style.ts'
import type { Cell, View } from '../verb.ts'

const tones: Readonly<Record<Job['status'], Tone>> = {
  queued: 'dim',
  running: 'warn',
  canceling: 'warn',
  succeeded: 'good',
  failed: 'bad',
  expired: 'bad',
  canceled: 'dim',
}

const statusCell = (job: Pick<Job, 'status'>): Cell => ({
  text: job.status,
  tone: tones[job.status],
})

/** How a list of jobs looks. */
export function jobTable(jobs: readonly Job[], nowMs: number): View {
  return {
    kind: 'table',
    columns: ['job', 'effect', 'status', 'age', 'note'],
    rows: jobs.map(job => [
      job.id,
      nameOf(job),
      statusCell(job),
      age(nowMs - Date.parse(job.created_at)),
      noteOf(job),
    ]),
    empty: 'There are no jobs.',
  }
}

/** How one job looks. */
export function jobFacts(job: Job): View {
  const facts: [string, string | Cell][] = [
    ['job', job.id],
    ['status', statusCell(job)],
    ['effect', nameOf(job)],
  ]
  if (job.waiting !== null) facts.push(['waits', job.waiting.text])
  if (job.error !== null) {
    facts.push(['error', { text: job.error.message, tone: 'bad' }])
    facts.push([
      'code',
      `${job.error.code}${job.error.pointer === null ? '' : ` at ${job.error.pointer}`}`,
    ])
  }
  facts.push(['created', job.created_at])
  if (job.finished_at !== null) facts.push(['finished', job.finished_at])
  const { queued_ms, run_ms } = job.timings
  if (queued_ms !== null) facts.push(['waited', duration(queued_ms)])
  if (run_ms !== null) facts.push(['ran', duration(run_ms)])
  for (const attempt of job.attempts)
    facts.push([
      `attempt ${attempt.n}`,
      `${attempt.outcome}${attempt.reason === null ? '' : ` (${attempt.reason})`} on ${attempt.worker ?? 'no worker'}`,
    ])
  for (const output of job.outputs) facts.push([output.key, output.name])
  facts.push(['page', job.urls.web])
  return { kind: 'facts', facts }
}

const nameOf = (job: Job): string => job.effect?.slug ?? job.workflow?.slug ?? job.kind

function noteOf(job: Job): string {
  if (job.error !== null) return job.error.message
  if (job.waiting !== null) return job.waiting.text
  if (job.progress !== null && job.status === 'running')
    return `${Math.round(job.progress.value * 100)} %`
  return ''
}

const duration = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`

function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))}s`
  if (minutes < 60) return `${minutes}m`
  return minutes < 2_880 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`
}
