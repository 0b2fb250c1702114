import { parseExact } from '@bp/contracts/exact-json'
import { formatId } from '@bp/contracts/ids'
import { isFinal, jobErrors, type JobErrorCode } from '@bp/contracts/jobs'
import { paths } from '@bp/contracts/paths'
import type { Asset } from '@bp/contracts/shapes/assets'
import type { Job, JobProgressMessage, Progress } from '@bp/contracts/shapes/jobs'
import { Progress as ProgressShape } from '@bp/contracts/shapes/jobs'
import type { WorkerMarket } from '@bp/contracts/workers'
import { whyWaiting } from '@bp/domain/jobs/waiting'
import { isRecord } from '@bp/domain/workflows/is-record'
import type { JobView, WaitingFacts } from '@bp/store/jobs/job-view'
import type { FleetFact } from '../../fleet/fleet-facts.ts'
import type { ObjectStore } from '../../objects/object-store.ts'
import { assetToWire } from '../assets/wire.ts'
import { wireTime, wireTimeOrNull } from '../time.ts'

/** What a job's page shows beyond the job's own rows. */
export interface JobSurroundings {
  readonly objects: ObjectStore
  readonly publicUrl: string
  /** The database's clock, Unix ms. */
  readonly nowMs: number
  /** Files of the input, its owner's. */
  readonly inputAssets: readonly Asset[]
  readonly fleet: FleetFact | undefined
  readonly ahead: number | undefined
  /** The scaler's sentence when it holds back. */
  readonly scalerText: string | null
  /** The machine that runs it now. */
  readonly runner: { readonly instance: string; readonly market: WorkerMarket } | undefined
}

export async function jobToWire(view: JobView, around: JobSurroundings): Promise<Job> {
  const id = formatId('job', view.id)
  const waiting = view.waiting === undefined ? null : waitingToWire(view, view.waiting, around)
  const { info } = view
  return {
    id,
    seq: view.seq,
    status: view.status,
    phase: view.phase ?? null,
    kind: info.kind,
    effect:
      info.effectSlug === undefined
        ? null
        : { slug: info.effectSlug, name: info.effectName ?? info.effectSlug },
    workflow:
      info.workflowSlug === undefined
        ? null
        : { slug: info.workflowSlug, version: info.workflowVersion ?? 0 },
    api: info.api,
    input: objectOf(info.input),
    input_assets: [...around.inputAssets],
    tags: [...info.tags],
    metadata: { ...info.metadata },
    priority: view.prio,
    created_at: wireTime(view.createdAt),
    started_at: wireTimeOrNull(view.firstStartedAt),
    finished_at: wireTimeOrNull(view.finishedAt),
    deadline_at: wireTimeOrNull(view.deadlineAt),
    retried_from: view.retriedFrom === null ? null : formatId('job', view.retriedFrom),
    idempotency_key: info.idempotencyKey ?? null,
    waiting,
    queue:
      view.place === 'ready' && around.ahead !== undefined
        ? { position: around.ahead + 1, ahead: around.ahead, as_of: wireTime(around.nowMs) }
        : null,
    progress: progressOf(view),
    outputs: await Promise.all(
      view.outputs.map(async output => ({
        key: output.key,
        node_id: output.nodeId,
        name: output.name,
        kind: output.kind,
        reused: output.reused,
        asset: await assetToWire(output.asset, around.objects),
      })),
    ),
    error: errorOf(view),
    attempts: attemptsOf(view, around.runner),
    timings: timingsOf(view),
    as_of: wireTime(around.nowMs),
    urls: {
      self: around.publicUrl + fill(paths['jobs.show'].path, id),
      events: around.publicUrl + fill(paths['jobs.events'].path, id),
      cancel: around.publicUrl + fill(paths['jobs.cancel'].path, id),
      web: `${around.publicUrl}/jobs/${id}`,
    },
  }
}

/** Attempts that have ended are rows; the one under way is the lease. */
function attemptsOf(view: JobView, runner: JobSurroundings['runner']): Job['attempts'] {
  const ended = view.attempts
    .filter(attempt => attempt.epoch !== view.lease?.epoch)
    .map((attempt, at) => ({
      n: at + 1,
      epoch: attempt.epoch,
      worker: attempt.instance === '' ? null : attempt.instance,
      market: attempt.market,
      started_at: wireTime(attempt.leasedAt),
      ended_at: wireTimeOrNull(attempt.endedAt),
      outcome: attempt.outcome,
      reason: attempt.code,
      counted: attempt.counted,
    }))
  if (view.lease === undefined) return ended
  const running = {
    n: ended.length + 1,
    epoch: view.lease.epoch,
    worker: runner?.instance ?? null,
    market: runner?.market ?? null,
    started_at: wireTime(view.lease.leasedAt),
    ended_at: null,
    outcome: 'running' as const,
    reason: null,
    counted: false,
  }
  return [...ended, running]
}

export const progressToWire = (job: Job): JobProgressMessage => ({
  job_id: job.id,
  seq: job.seq,
  phase: job.phase,
  progress: job.progress,
})

const fill = (path: string, id: string): string => path.replace(':id', id)

/** Why it waits: what the database knows, with what the fleet is doing right now. */
export function waitingToWire(
  view: Pick<JobView, 'place'>,
  facts: WaitingFacts,
  around: Pick<JobSurroundings, 'fleet' | 'ahead' | 'nowMs' | 'scalerText'>,
): NonNullable<Job['waiting']> {
  const { fleet } = around
  const isDelayed = facts.reason === 'scheduled' || facts.reason === 'retry_backoff'
  const why = whyWaiting({
    place: view.place === 'held' || view.place === 'delayed' ? view.place : 'ready',
    delay: isDelayed
      ? {
          reason: facts.reason === 'scheduled' ? 'scheduled' : 'backoff',
          dueInMs: (facts.dueAt ?? around.nowMs) - around.nowMs,
        }
      : null,
    hasFleet: facts.reason !== 'no_fleet',
    isQueuePaused: facts.reason === 'queue_paused' || facts.reason === 'budget_paused',
    isFleetPaused: facts.reason === 'fleet_paused' || facts.reason === 'workflow_paused',
    isEngineAway: fleet?.isEngineAway ?? false,
    ahead: around.ahead ?? 0,
    supply: {
      booting: fleet?.booting ?? 0,
      idle: fleet?.idle ?? 0,
      busy: fleet?.busy ?? 0,
    },
    userLimit: null,
    scalerText: around.scalerText,
  })
  return { ...why, params: { ...why.params }, since: wireTime(facts.since) }
}

/** The input as it was stored. Numbers stay exact; a text that is no object would be a fault of ours. */
function objectOf(text: string): Record<string, unknown> {
  const value = parseExact(text)
  return isRecord(value) ? { ...value } : {}
}

function progressOf(view: JobView): Progress | null {
  if (view.progress !== undefined) {
    const read = ProgressShape.safeParse(JSON.parse(view.progress))
    if (read.success) return read.data
  }
  if (view.lease === undefined) return null
  return {
    value: view.lease.progress / 10_000,
    nodes_done: 0,
    nodes_total: 0,
    current_node: null,
    current_node_class: null,
    step: null,
    steps: null,
    message: null,
  }
}

const isErrorCode = (code: string): code is JobErrorCode => Object.hasOwn(jobErrors, code)

/** Sentences for codes whose worker sent none. */
const plainTexts: Readonly<Record<JobErrorCode, string>> = {
  input_invalid: 'An input was refused by the engine.',
  asset_missing: 'A file of the input is not there any more.',
  model_missing: 'A model that the workflow needs is not installed.',
  node_missing: 'A node that the workflow needs is not installed.',
  node_error: 'A node of the workflow failed.',
  graph_partial: 'A part of the workflow cannot run.',
  out_of_memory: 'The machine ran out of memory.',
  timed_out: 'The run took longer than it may.',
  deadline_exceeded: 'The deadline passed before the run ended.',
  output_missing: 'A result did not arrive.',
  output_too_large: 'A result is larger than allowed.',
  worker_lost: 'Its workers were lost too many times.',
  no_capacity: 'No machine could be had for it.',
  internal: 'Something went wrong on our side.',
}

function errorOf(view: JobView): Job['error'] {
  if (!isFinal(view.status) || view.status === 'succeeded' || view.status === 'canceled')
    return null
  const failure = view.error
  const code = failure?.code ?? view.errorCode ?? 'internal'
  const known = isErrorCode(code) ? code : 'internal'
  return {
    code: known,
    message: failure?.message ?? plainTexts[known],
    who: jobErrors[known].who,
    retryable: jobErrors[known].retryable,
    pointer: failure?.pointer ?? null,
    node_id: failure?.nodeId ?? null,
    node_class: failure?.nodeClass ?? null,
    ...(failure?.received === undefined ? {} : { received: failure.received }),
    ...(failure?.allowed === undefined ? {} : { allowed: failure.allowed }),
  }
}

function timingsOf(view: JobView): Job['timings'] {
  const reported: unknown = view.timings === undefined ? {} : JSON.parse(view.timings)
  const of = (name: string): number | null => {
    const value = isRecord(reported) ? reported[name] : undefined
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
  }
  return {
    queued_ms:
      view.firstStartedAt === null ? null : Math.max(0, view.firstStartedAt - view.createdAt),
    boot_ms: null,
    load_ms: of('load_ms'),
    run_ms: of('run_ms'),
    upload_ms: of('upload_ms'),
  }
}
