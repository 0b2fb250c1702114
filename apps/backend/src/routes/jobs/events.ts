import { problem } from '@bp/contracts/errors'
import { parseId } from '@bp/contracts/ids'
import { isFinal } from '@bp/contracts/jobs'
import type { StreamHandler } from '../../http/call.ts'
import { watchJobs } from '../events/watch-jobs.ts'
import { readJob } from './read-job.ts'
import { progressToWire } from './wire.ts'

/** One job live: a snapshot, then what changes; ends by itself when the job has. */
export const events: StreamHandler<'jobs.events'> = async ({ params, caller }, context) => {
  const id = parseId('job', params.id)
  if (id === undefined) throw problem('not_found', { noun: 'job' })
  const key = { id, owner: caller.id }
  const first = await readJob(key, context)
  if (first === undefined) throw problem('not_found', { noun: 'job' })

  return sink =>
    watchJobs({
      signal: sink.signal,
      hints: context.hints,
      log: context.log,
      concerns: hint => hint.jobId === id,
      begin: async () => {
        const job = await readJob(key, context)
        if (job === undefined) return 'end'
        sink.send('snapshot', job, { id: job.seq })
        return isFinal(job.status) ? 'end' : [job]
      },
      look: async () => {
        const job = await readJob(key, context)
        return job === undefined ? [] : [job]
      },
      changed: job => {
        sink.send('job', job, { id: job.seq })
        return isFinal(job.status) ? 'end' : 'go on'
      },
      progressed: job => sink.send('progress', progressToWire(job), { droppable: true }),
      end: reason => sink.end(reason),
    })
}
