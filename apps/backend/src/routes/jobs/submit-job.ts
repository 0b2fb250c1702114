/** The transaction of a submit, and what goes with it: payload, idempotency, hints. Used by submit and retry alike. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { problem } from '@bp/contracts/errors'
import type { JobId, UserId } from '@bp/contracts/ids'
import { jobFlags, type JobPriority } from '@bp/contracts/jobs'
import { limits } from '@bp/contracts/limits'
import type { RouteId } from '@bp/contracts/paths'
import { canonicalText } from '@bp/domain/workflows/graph-hash'
import { findKey } from '@bp/store/jobs/find-key'
import type { NewJob } from '@bp/store/jobs/new-job'
import { submit } from '@bp/store/jobs/submit'
import type { Context } from '../../context.ts'
import type { PreparedJob } from './prepare-job.ts'

/** Larger payloads are packed. */
const packFromBytes = 65_536
/** Guess of a run's cost before there are runs to tell from: it only orders the line. */
const costMsGuess = 5_000

export interface Options {
  readonly priority: JobPriority
  readonly deadlineS?: number | undefined
  readonly maxRunS?: number | undefined
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly retry: boolean
  readonly allowPartial: boolean
  readonly retriedFrom?: JobId | undefined
}

export interface Idempotency {
  readonly route: RouteId
  readonly key: string
  /** What the key stands for; compared by hash. */
  readonly body: unknown
}

/** The payload that a worker gets, as it rests in the database. */
export async function packPayload(
  job: Pick<PreparedJob, 'graph' | 'outputs' | 'models'>,
  allowPartial: boolean,
): Promise<NewJob['payload']> {
  const body = Buffer.from(
    JSON.stringify({
      graph: job.graph,
      outputs: job.outputs,
      models: job.models,
      allow_partial: allowPartial,
    }),
  )
  return body.byteLength > packFromBytes
    ? { codec: 'gzip', body: await promisify(gzip)(body) }
    : { codec: 'bytes', body }
}

/** 16 bytes over the canonical body: two spellings of the same request are the same. */
const requestHashOf = (body: unknown): Buffer =>
  createHash('sha256').update(canonicalText(body)).digest().subarray(0, 16)

/**
 * The job that this key made before. To be asked before anything is checked: what the job was made of may be gone, the
 * answer stands. Throws `idempotency_key_reused` when the key stands for another request. Undefined leaves it to
 * `submitJob`, whose transaction settles races.
 */
export async function findReplay(
  idempotency: Idempotency | undefined,
  owner: UserId,
  { store }: Pick<Context, 'store'>,
): Promise<{ readonly id: JobId; readonly replayed: true } | undefined> {
  if (idempotency === undefined) return undefined
  const { route, key, body } = idempotency
  const found = await store.read(reader => findKey(reader, { userId: owner, route, key }))
  if (found === undefined) return undefined
  if (!found.requestHash.equals(requestHashOf(body))) throw problem('idempotency_key_reused', {})
  return { id: found.jobId, replayed: true }
}

/** Stores a job, or finds the one that this key made before. Throws the refusals of the submit route. */
export async function submitJob(
  prepared: Omit<PreparedJob, 'graph' | 'outputs'>,
  payload: NewJob['payload'],
  options: Options,
  idempotency: Idempotency | undefined,
  owner: UserId,
  { store, hints }: Pick<Context, 'store' | 'hints'>,
): Promise<{ readonly id: JobId; readonly replayed: boolean }> {
  const job: NewJob = {
    id: store.ids.next<JobId>(),
    userId: owner,
    fleetId: prepared.fleetId,
    prio: options.priority,
    models: prepared.models,
    costMs: costMsGuess,
    runMsMax: options.maxRunS === undefined ? limits.runMsMax : options.maxRunS * 1000,
    lossesMax: options.retry ? limits.lossesMax : 0,
    payload,
    info: {
      kind: prepared.kind,
      api: 'v1',
      flags:
        (options.allowPartial ? jobFlags.allowPartial : 0) | (options.retry ? 0 : jobFlags.noRetry),
      tags: options.tags,
      metadata: options.metadata,
      input: prepared.input,
      ...(prepared.effectN === undefined ? {} : { effectN: prepared.effectN }),
    },
    assets: prepared.assets,
    ...(prepared.workflowId === undefined ? {} : { workflowId: prepared.workflowId }),
    ...(prepared.workflowVersionId === undefined
      ? {}
      : { workflowVersionId: prepared.workflowVersionId }),
    ...(prepared.effectId === undefined ? {} : { effectId: prepared.effectId }),
    ...(options.deadlineS === undefined ? {} : { deadlineInMs: options.deadlineS * 1000 }),
    ...(options.retriedFrom === undefined ? {} : { retriedFrom: options.retriedFrom }),
    ...(idempotency === undefined
      ? {}
      : {
          idempotency: {
            route: idempotency.route,
            key: idempotency.key,
            requestHash: requestHashOf(idempotency.body),
          },
        }),
  }
  const [answer] = await store.write(writer => submit(writer, [job]))
  if (answer === undefined) throw new Error('a submit was not answered')
  if ('refused' in answer) {
    switch (answer.refused) {
      case 'idempotency_key_reused':
        throw problem('idempotency_key_reused', {})
      case 'asset_missing':
        throw problem('asset_missing', {})
      case 'queue_full':
        throw problem('queue_full', { allowed: limits.waitingJobsPerUserMax }, { retryAfterS: 10 })
    }
  }
  if (!answer.replayed) {
    hints.started([{ jobId: answer.job, userId: owner }])
    hints.work()
  }
  return { id: answer.job, replayed: answer.replayed }
}
