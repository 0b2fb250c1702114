import { finishJob } from '../../jobs/finish-job.ts'
import { followJob } from '../../jobs/follow-job.ts'
import { startedJob } from '../../jobs/started-job.ts'
import type { Run } from '../../verb.ts'

/** Runs an ended job again with the same input, as a new job. */
export const run: Run = async function* (input, context) {
  const [id = ''] = input.args
  const client = await context.client()
  const job = await client.jobs.retry({ params: { id }, body: {}, signal: context.signal })
  if (!input.flag('wait', true)) return startedJob(job)
  const ended = yield* followJob(client, job.id, {
    signal: context.signal,
    timeoutS: input.number('timeout'),
    isStream: false,
  })
  return yield* finishJob(ended, input.text('out'), context)
}
