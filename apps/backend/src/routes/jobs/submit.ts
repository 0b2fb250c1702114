import { formatId } from '@bp/contracts/ids'
import type { Context } from '../../context.ts'
import type { Handler } from '../../http/call.ts'
import type { UserCaller } from '../../http/caller.ts'
import { readIdempotencyKey } from '../../http/idempotency.ts'
import { prepareJob } from './prepare-job.ts'
import { findReplay, packPayload, submitJob, type Idempotency } from './submit-job.ts'
import { waitForJob, waitSeconds } from './wait-for-job.ts'

export const submit: Handler<'jobs.submit'> = async (
  { body, caller, headers, signal },
  context,
) => {
  const key = readIdempotencyKey(headers['idempotency-key'])
  const claim = key === undefined ? undefined : { route: 'jobs.submit' as const, key, body }
  const { id, replayed } =
    (await findReplay(claim, caller.id, context)) ?? (await makeJob(body, claim, caller, context))
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

async function makeJob(
  body: Parameters<typeof submit>[0]['body'],
  claim: Idempotency | undefined,
  caller: UserCaller,
  context: Context,
): ReturnType<typeof submitJob> {
  const prepared = await prepareJob(body, caller, context.store)
  return submitJob(
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
    claim,
    caller.id,
    context,
  )
}
