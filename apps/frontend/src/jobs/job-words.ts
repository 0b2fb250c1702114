import { isFinal } from '@bp/contracts/jobs'
/** How rows and titles name a run. */
import type { Asset } from '@bp/contracts/shapes/assets'
import type { Job } from '@bp/contracts/shapes/jobs'
import { addressFor } from '../media/thumb.tsx'
import { t, type ErrorText } from '../text/en.ts'
import { formatDuration, formatPercent } from '../text/format.ts'
import { phaseWord } from './phases.ts'

export const nameOf = (job: Pick<Job, 'effect' | 'workflow'>): string =>
  job.effect?.name ?? (job.workflow ? t.job.ofWorkflow(job.workflow.slug) : t.job.untitled)

/** The picture that stands for a run: its first result, else what went in. */
export function pictureOf(job: Job, widthPx: number): string | undefined {
  const asset: Asset | undefined = job.outputs[0]?.asset ?? job.input_assets[0]
  return asset && addressFor(asset, widthPx)
}

const reasons: Readonly<Record<string, ErrorText>> = t.jobErrors

/** What a row says about time: how long it waits, runs, or took, and for a failed one why it did. `nowMs` is the server's time. */
export function timeWord(job: Job, nowMs: number): string {
  const created = Date.parse(job.created_at)
  if (isFinal(job.status)) {
    const ended = job.finished_at === null ? nowMs : Date.parse(job.finished_at)
    const ran = job.timings.run_ms ?? ended - Date.parse(job.started_at ?? job.created_at)
    if (job.status === 'succeeded') return t.jobs.took(formatDuration(Math.max(0, ran)))
    return job.error ? (reasons[job.error.code]?.sentence ?? job.error.message) : ''
  }
  if (job.status === 'queued') return t.jobs.waiting(formatDuration(Math.max(0, nowMs - created)))
  const progress = job.progress ? ` · ${formatPercent(job.progress.value)}` : ''
  return `${phaseWord(job)}${progress}`
}
