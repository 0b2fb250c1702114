/** What a run is doing, as the five steps that people see. */
import { isFinal, type JobStatus } from '@bp/contracts/jobs'
import type { Job } from '@bp/contracts/shapes/jobs'
import { t } from '../text/en.ts'

type StepState = 'done' | 'now' | 'stopped' | 'to_come' | 'not_needed' | 'not_reached'
export interface Step {
  readonly id: 'queued' | 'provisioning' | 'loading' | 'running' | 'saving'
  readonly word: string
  readonly state: StepState
  /** How long it took, in ms, once it is over. */
  readonly tookMs: number | undefined
}

type StepFacts = Pick<Job, 'status' | 'phase' | 'timings' | 'started_at'>

/** The steps of a job. One that did not happen (a warm worker needs no start) is "not needed", never "done". */
export function stepsOf(job: StepFacts): readonly Step[] {
  const { timings } = job
  const rows = [
    { id: 'queued', word: t.phases.queued, took: timings.queued_ms },
    { id: 'provisioning', word: t.phases.provisioning, took: timings.boot_ms },
    { id: 'loading', word: t.phases.loading, took: timings.load_ms },
    { id: 'running', word: t.phases.running, took: timings.run_ms },
    { id: 'saving', word: t.phases.saving, took: timings.upload_ms },
  ] as const
  const ended = isFinal(job.status) && job.status !== 'succeeded'
  const at = ended ? endedAt(job) : placeOf(job.status, job.phase)
  return rows.map(({ id, word, took }, index) => {
    const skippable = id === 'provisioning' || id === 'loading'
    const happened = took !== null && took > 0
    const state = stateOf(index - at, skippable && !happened, ended)
    return { id, word, state, tookMs: took ?? undefined }
  })
}

/** `distance` is that to the step the job is in: negative for those before it. */
function stateOf(distance: number, wasSkipped: boolean, ended: boolean): StepState {
  if (distance === 0) return ended ? 'stopped' : 'now'
  if (distance > 0) return ended ? 'not_reached' : 'to_come'
  return wasSkipped ? 'not_needed' : 'done'
}

/** Where a run without a result ended: the last step that took time, else running if a worker ever had it. */
function endedAt(job: StepFacts): number {
  const { timings } = job
  const took = [
    timings.queued_ms,
    timings.boot_ms,
    timings.load_ms,
    timings.run_ms,
    timings.upload_ms,
  ]
  const last = took.findLastIndex(ms => ms !== null && ms > 0)
  if (job.started_at === null) return 0
  return Math.max(last, 3)
}

/** Index of the step a job is in; beyond the last one when it is done. */
function placeOf(status: JobStatus, phase: Job['phase']): number {
  if (status === 'succeeded') return 5
  if (status === 'queued') return phase === 'provisioning' ? 1 : 0
  switch (phase) {
    case null:
    case 'waiting_for_capacity':
      // A worker has it and has not said anything yet: it is about to run.
      return status === 'running' || status === 'canceling' ? 3 : 0
    case 'provisioning':
      return 1
    case 'loading_models':
      return 2
    case 'executing':
      return 3
    case 'uploading':
      return 4
  }
}

/** One sentence for a phase of a running job. */
export function phaseWord(job: Pick<Job, 'status' | 'phase'>): string {
  const steps = [
    t.phases.queued,
    t.phases.provisioning,
    t.phases.loading,
    t.phases.running,
    t.phases.saving,
  ]
  return steps[Math.min(placeOf(job.status, job.phase), 4)] ?? t.phases.running
}
