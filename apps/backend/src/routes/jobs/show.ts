import { problem } from '@bp/contracts/errors'
import { parseId } from '@bp/contracts/ids'
import type { Handler } from '../../http/call.ts'
import { waitForJob, waitSeconds } from './wait-for-job.ts'

export const show: Handler<'jobs.show'> = async ({ params, caller, headers, signal }, context) => {
  const id = parseId('job', params.id)
  if (id === undefined) throw problem('not_found', { noun: 'job' })
  return {
    body: await waitForJob(
      { id, owner: caller.id },
      waitSeconds(headers['prefer']),
      signal,
      context,
    ),
  }
}
