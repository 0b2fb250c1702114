import { brandId, type JobId } from '@bp/contracts/ids'
import { list } from '@bp/store/jobs/list'
import { showAll } from '@bp/store/jobs/show'
import type { StreamHandler } from '../../http/call.ts'
import { jobsToWire } from '../jobs/read-job.ts'
import { progressToWire } from '../jobs/wire.ts'
import { watchJobs } from './watch-jobs.ts'

/** Jobs that a snapshot holds, and that a look without a hint reads again. */
const watchedMax = 50

/** All of a person's jobs live, in one stream a tab. */
export const stream: StreamHandler<'events.stream'> = async ({ caller }, context) => {
  const newest = async () => {
    const page = await context.store.read(reader =>
      list(reader, { owner: caller.id, limit: watchedMax }),
    )
    return jobsToWire(page.rows, context)
  }
  return sink =>
    watchJobs({
      signal: sink.signal,
      hints: context.hints,
      log: context.log,
      concerns: hint => hint.userId === caller.id,
      begin: async () => {
        const jobs = await newest()
        sink.send('snapshot', { jobs: [...jobs] })
        return jobs
      },
      look: async ids => {
        if (ids === undefined) return newest()
        const wanted = [...ids].slice(0, 200).map(id => brandId<JobId>(id))
        const views = await context.store.read(reader => showAll(reader, wanted))
        // The hint named the owner; the row is what counts.
        return jobsToWire(
          views.filter(view => view.userId === caller.id),
          context,
        )
      },
      changed: job => {
        sink.send('job', job, { id: job.seq })
        return 'go on'
      },
      progressed: job => sink.send('progress', progressToWire(job), { droppable: true }),
      end: reason => sink.end(reason),
    })
}
