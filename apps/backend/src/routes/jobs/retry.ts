import { problem } from '@bp/contracts/errors'
import { parseExact } from '@bp/contracts/exact-json'
import { formatId, parseId, type JobId } from '@bp/contracts/ids'
import { canRetry, jobFlags } from '@bp/contracts/jobs'
import { isRecord } from '@bp/domain/workflows/is-record'
import type { JobView } from '@bp/store/jobs/job-view'
import type { NewJob } from '@bp/store/jobs/new-job'
import { retrySource, type RetrySource } from '@bp/store/jobs/retry-source'
import { show } from '@bp/store/jobs/show'
import { payload as readPayload } from '@bp/store/leases/payload'
import type { Context } from '../../context.ts'
import type { Handler } from '../../http/call.ts'
import type { UserCaller } from '../../http/caller.ts'
import { readIdempotencyKey } from '../../http/idempotency.ts'
import { prepareJob, type PreparedJob } from './prepare-job.ts'
import { findReplay, packPayload, submitJob, type Idempotency } from './submit-job.ts'
import { waitForJob, waitSeconds } from './wait-for-job.ts'

/**
 * Runs an ended job again as a new one. With the same input it is the same graph, seed included; a changed input is
 * filled anew into what the effect or workflow is today.
 */
export const retry: Handler<'jobs.retry'> = async (
  { params, body, caller, headers, signal },
  context,
) => {
  const key = readIdempotencyKey(headers['idempotency-key'])
  const id = parseId('job', params.id)
  if (id === undefined) throw problem('not_found', { noun: 'job' })
  const claim =
    key === undefined
      ? undefined
      : { route: 'jobs.retry' as const, key, body: { id: params.id, ...body } }
  const made =
    (await findReplay(claim, caller.id, context)) ??
    (await makeAgain(id, body.input, claim, caller, context))
  const job = await waitForJob(
    { id: made.id, owner: caller.id },
    waitSeconds(headers['prefer']),
    signal,
    context,
  )
  return {
    body: job,
    headers: {
      location: `/api/v1/jobs/${formatId('job', made.id)}`,
      ...(made.replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
  }
}

async function makeAgain(
  id: JobId,
  input: Readonly<Record<string, unknown>> | undefined,
  claim: Idempotency | undefined,
  caller: UserCaller,
  context: Context,
): ReturnType<typeof submitJob> {
  const jobKey = { id, owner: caller.id }
  const [source, view] = await context.store.read(reader =>
    Promise.all([retrySource(reader, jobKey), show(reader, jobKey)]),
  )
  if (source === undefined || view === undefined) throw problem('not_found', { noun: 'job' })
  const may = canRetry(view)
  if (may !== true) throw problem('state_conflict', { reason: may.reason })

  const allowPartial = (view.info.flags & jobFlags.allowPartial) !== 0
  const again = input === undefined ? await sameAgain(source, view, context) : undefined
  const prepared =
    again ?? (await filledAnew(input ?? inputOf(view), view, caller, context, allowPartial))
  return submitJob(
    prepared.job,
    prepared.payload,
    {
      priority: view.prio,
      maxRunS: Math.ceil(view.runMsMax / 1000),
      tags: view.info.tags,
      metadata: view.info.metadata,
      retry: (view.info.flags & jobFlags.noRetry) === 0,
      allowPartial,
      retriedFrom: id,
    },
    claim,
    caller.id,
    context,
  )
}

interface Again {
  readonly job: Omit<PreparedJob, 'graph' | 'outputs'>
  readonly payload: NewJob['payload']
}

/** The very payload once more; undefined when it is gone (7 days after the end). */
async function sameAgain(
  source: RetrySource,
  view: JobView,
  { store }: Pick<Context, 'store'>,
): Promise<Again | undefined> {
  const stored = await store.read(reader => readPayload(reader, view.id))
  if (stored === undefined) return undefined
  return {
    job: {
      kind: view.info.kind,
      fleetId: view.fleetId,
      models: [],
      input: view.info.input,
      assets: source.assets,
      effectN: view.info.effectN,
      ...(source.effectId === undefined ? {} : { effectId: source.effectId }),
      ...(source.workflowId === undefined ? {} : { workflowId: source.workflowId }),
      ...(source.workflowVersionId === undefined
        ? {}
        : { workflowVersionId: source.workflowVersionId }),
    },
    payload: { codec: stored.codec, body: stored.body },
  }
}

const inputOf = (view: JobView): Readonly<Record<string, unknown>> => {
  const input = parseExact(view.info.input)
  return isRecord(input) ? input : {}
}

async function filledAnew(
  input: Readonly<Record<string, unknown>>,
  view: JobView,
  caller: UserCaller,
  { store }: Pick<Context, 'store'>,
  allowPartial: boolean,
): Promise<Again> {
  const { effectSlug, workflowSlug, workflowVersion } = view.info
  if (effectSlug === undefined && workflowSlug === undefined)
    throw problem('state_conflict', {
      reason: 'A run of a bare graph has no input to change, and its graph is kept for seven days.',
    })
  const job = await prepareJob(
    effectSlug === undefined
      ? { workflow: `${workflowSlug}@${workflowVersion}`, input }
      : { effect: effectSlug, input },
    caller,
    store,
  )
  return { job, payload: await packPayload(job, allowPartial) }
}
