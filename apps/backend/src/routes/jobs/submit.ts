import { formatId } from '@bp/contracts/ids'
import type { Handler } from '../../http/call.ts'
import { readIdempotencyKey } from '../../http/idempotency.ts'
import { prepareJob } from './prepare-job.ts'
import { packPayload, submitJob } from './submit-job.ts'
import { waitForJob, waitSeconds } from './wait-for-job.ts'

export const submit: Handler<'jobs.submit'> = async (
  { body, caller, headers, signal },
  context,
) => {
  const key = readIdempotencyKey(headers['idempotency-key'])
  const prepared = await prepareJob(body, caller, context.store)
  const { id, replayed } = await submitJob(
    prepared,
    await packPayload(prepared, body.allow_partial),
    {
      priority: body.priority,
      deadlineS: body.deadline_s,
      maxRunS: body.max_run_s,
      tags: body.tags,
      metadata: body.metadata,
      retry: body.retry,
      allowPartial: body.allow_partial,
    },
    key === undefined ? undefined : { route: 'jobs.submit', key, body },
    caller.id,
    context,
  )
  const job = await waitForJob(
    { id, owner: caller.id },
    waitSeconds(headers['prefer']),
    signal,
    context,
  )
  return {
    body: job,
    headers: {
      location: `/api/v1/jobs/${formatId('job', id)}`,
      ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
  }
}
