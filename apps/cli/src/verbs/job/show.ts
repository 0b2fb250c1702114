import { jobFacts } from '../../jobs/job-view.ts'
import type { Run } from '../../verb.ts'

/** One job. */
export const run: Run = async function* ({ args: [id = ''] }, context) {
  yield { say: 'progress', phase: 'asking', text: `asking for ${id}`, part: null }
  const client = await context.client()
  const job = await client.jobs.show({ params: { id }, signal: context.signal })
  return { data: { job }, view: jobFacts(job) }
}
