/**
 * Which of two reports about one job is newer. Polls, the stream and answers to actions arrive in any order;
 * a late one must never turn a job back.
 */
import type { Job, JobProgressMessage } from '@bp/contracts/shapes/jobs'

/**
 * The job after `incoming` was heard. A lower `seq` is dropped; at the same `seq` the state stays what it is and only
 * newer facts about it (waiting, place, outputs' addresses) are taken, progress never falling back.
 */
export function newerJob(cached: Job | undefined, incoming: Job): Job {
  if (!cached || cached.id !== incoming.id || incoming.seq > cached.seq) return incoming
  if (incoming.seq < cached.seq || incoming.as_of < cached.as_of) return cached
  if (incoming.status !== cached.status) return cached
  const behind = (incoming.progress?.value ?? 0) < (cached.progress?.value ?? 0)
  return behind ? { ...incoming, phase: cached.phase, progress: cached.progress } : incoming
}

/** The job after a progress message. One of an older state, or below the progress there is, changes nothing. */
export function withProgress(cached: Job, message: JobProgressMessage): Job {
  if (message.job_id !== cached.id || message.seq !== cached.seq) return cached
  if (message.progress === null)
    return message.phase === null || message.phase === cached.phase
      ? cached
      : { ...cached, phase: message.phase }
  if (cached.progress && message.progress.value < cached.progress.value) return cached
  return { ...cached, phase: message.phase ?? cached.phase, progress: message.progress }
}

/** The cached list of a page with a newer report of one of its jobs; the same list when it holds no such job. */
export function inList<Page extends { readonly data: readonly Job[] }>(
  page: Page,
  incoming: Job,
): Page {
  if (!page.data.some(job => job.id === incoming.id)) return page
  return {
    ...page,
    data: page.data.map(job => (job.id === incoming.id ? newerJob(job, incoming) : job)),
  }
}
