import { finishJob } from '../../jobs/finish-job.ts'
import { followJob } from '../../jobs/follow-job.ts'
import type { Run } from '../../verb.ts'

/** Follows a job live: each state a line. */
export const run: Run = async function* (input, context) {
  const [id = ''] = input.args
  const job = yield* followJob(await context.client(), id, {
    signal: context.signal,
    timeoutS: input.number('timeout'),
    isStream: true,
  })
  return yield* finishJob(job, input.text('out'), context)
}
