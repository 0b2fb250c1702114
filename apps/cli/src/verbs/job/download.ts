import { isFinal } from '@bp/contracts/jobs'
import { saveOutputs } from '../../jobs/finish-job.ts'
import { resumeCommand } from '../../jobs/follow-job.ts'
import { Refusal } from '../../refusal.ts'
import type { Run } from '../../verb.ts'

/** Saves the results of a job into a folder; the current one when none is named. */
export const run: Run = async function* (input, context) {
  const [id = ''] = input.args
  const client = await context.client()
  const job = await client.jobs.show({ params: { id }, signal: context.signal })
  if (job.outputs.length === 0)
    throw new Refusal('nothing_to_download', 'refused', 'This job has no results.', {
      reason: `It is ${job.status}.`,
      next: isFinal(job.status) ? `npx bp job show ${id}` : resumeCommand(id),
    })
  const files = yield* saveOutputs(job, input.text('out') ?? '.', context)
  return { data: { job: id, files }, view: { kind: 'lines', lines: files } }
}
