/**
 * Hints within this process: something has changed, look. Never truth: whoever misses one finds out by its own probe
 * (dispatcher 1 s, live streams 5 s, loops at their tick).
 */
import type { JobId, UserId } from '@bp/contracts/ids'
import type { JobChange } from '@bp/store/jobs/job-change'

export interface JobHint {
  readonly jobId: JobId
  readonly userId: UserId
  /** `job`: its state has changed; `progress`: only how far it is. */
  readonly what: 'job' | 'progress'
}

interface JobOf {
  readonly jobId: JobId
  readonly userId: UserId
}

export interface Hints {
  /** To be called after the commit, never inside of a transaction. */
  changed(changes: readonly JobChange[]): void
  /** A lease was granted: the job's state has changed, nobody else has anything to do. */
  started(jobs: readonly JobOf[]): void
  progressed(jobs: readonly JobOf[]): void
  /** There may be work for waiting workers, or workers for waiting work. */
  work(): void
  onJob(listener: (hint: JobHint) => void): () => void
  onWork(listener: () => void): () => void
}

export function createHints(): Hints {
  const jobListeners = new Set<(hint: JobHint) => void>()
  const workListeners = new Set<() => void>()
  const tellJob = (hint: JobHint): void => {
    for (const listener of jobListeners) listener(hint)
  }
  const tellWork = (): void => {
    for (const listener of workListeners) listener()
  }
  return {
    changed: changes => {
      for (const { jobId, userId } of changes) tellJob({ jobId, userId, what: 'job' })
      if (changes.length > 0) tellWork()
    },
    started: jobs => {
      for (const { jobId, userId } of jobs) tellJob({ jobId, userId, what: 'job' })
    },
    progressed: jobs => {
      for (const { jobId, userId } of jobs) tellJob({ jobId, userId, what: 'progress' })
    },
    work: tellWork,
    onJob: listener => {
      jobListeners.add(listener)
      return () => void jobListeners.delete(listener)
    },
    onWork: listener => {
      workListeners.add(listener)
      return () => void workListeners.delete(listener)
    },
  }
}
