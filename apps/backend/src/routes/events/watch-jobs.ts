/**
 * The loop behind both live streams: hints make it look, a look each 5 s makes a lost hint harmless, and what was
 * sent last decides whether a job is news (its state), progress, or nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { JobHint, Hints } from '../../dispatch/hints.ts'
import type { Log } from '../../log.ts'

export interface Watch {
  readonly signal: AbortSignal
  readonly hints: Hints
  readonly log: Log
  concerns(hint: JobHint): boolean
  /** Sends the snapshot. Answers what it held, or that the stream is over. */
  begin(): Promise<readonly Job[] | 'end'>
  /** Reads the jobs that are watched; `ids` names those that hints spoke of, undefined asks for all. */
  look(ids: ReadonlySet<bigint> | undefined): Promise<readonly Job[]>
  changed(job: Job): 'end' | 'go on'
  progressed(job: Job): void
  end(reason: string): void
}

const lookMs = 5_000
/** Hints of progress within this time are one look. */
const progressGatherMs = 100
/** A changed state is news that somebody waits for: only what comes in the same breath is gathered. */
const stateGatherMs = 5

export async function watchJobs(watch: Watch): Promise<void> {
  const { signal } = watch
  let hinted = new Set<bigint>()
  let wake = Promise.withResolvers<void>()
  let hurry = Promise.withResolvers<void>()
  const off = watch.hints.onJob(hint => {
    if (!watch.concerns(hint)) return
    hinted.add(hint.jobId)
    wake.resolve()
    if (hint.what === 'job') hurry.resolve()
  })
  const stopWaiting = (): void => {
    wake.resolve()
    hurry.resolve()
  }
  signal.addEventListener('abort', stopWaiting, { once: true })
  try {
    const first = await watch.begin()
    if (first === 'end') {
      watch.end('done')
      return
    }
    const sent = new Map(
      first.map(job => [job.id, { state: stateOf(job), progress: progressOf(job) }]),
    )
    while (!signal.aborted) {
      const stop = new AbortController()
      await Promise.race([
        wake.promise
          .then(() => Promise.race([hurry.promise, sleep(progressGatherMs)]))
          .then(() => sleep(stateGatherMs)),
        sleep(lookMs, undefined, { signal: stop.signal }).catch(() => undefined),
      ])
      stop.abort()
      if (signal.aborted) return
      const ids = hinted.size > 0 ? hinted : undefined
      hinted = new Set()
      wake = Promise.withResolvers<void>()
      hurry = Promise.withResolvers<void>()

      let jobs: readonly Job[]
      try {
        jobs = await watch.look(ids)
      } catch (thrown) {
        // The database is away for a moment: the stream stays, the next look tells.
        watch.log.warn({ err: thrown }, 'a live stream could not look at its jobs')
        continue
      }
      for (const job of jobs) {
        const before = sent.get(job.id)
        const now = { state: stateOf(job), progress: progressOf(job) }
        sent.set(job.id, now)
        if (before?.state !== now.state) {
          if (watch.changed(job) === 'end') {
            watch.end('done')
            return
          }
        } else if (before.progress !== now.progress) watch.progressed(job)
      }
    }
  } finally {
    off()
  }
}

/** What makes a job news: its state, its place in line, why it waits, what came out. */
const stateOf = (job: Job): string =>
  JSON.stringify([job.seq, job.status, job.waiting?.text, job.queue?.position, job.outputs.length])
const progressOf = (job: Job): string => JSON.stringify([job.phase, job.progress])
