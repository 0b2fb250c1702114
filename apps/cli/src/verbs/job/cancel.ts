import { jobFacts } from '../../jobs/job-view.ts'
import type { Run } from '../../verb.ts'

/** Stops a job: at once when it waits, within seconds when it runs. A job that has ended stays as it is. */
export const run: Run = async function* ({ args: [id = ''] }, context) {
  const client = await context.client()
  const job = await client.jobs.cancel({ params: { id }, signal: context.signal })
  if (job.status === 'canceling')
    yield { say: 'note', code: 'canceling', text: 'It is running; its worker was told to stop.' }
  return { data: { job }, view: jobFacts(job) }
}
