import { Buffer } from 'node:buffer'
import { pauseBits } from '@bp/contracts/fleets'
import type { PauseBit } from '@bp/contracts/fleets'
import { parseId } from '@bp/contracts/ids'
import type { AssetId, EffectId, JobId, WorkflowVersionId } from '@bp/contracts/ids'
import { eventSeq } from '@bp/contracts/jobs'
import { workerMarkets } from '@bp/contracts/workers'
import { statusOf } from '@bp/domain/jobs/transition'
import { assets } from '../assets/rows.ts'
import type { AssetRow } from '../assets/rows.ts'
import { leases } from '../leases/rows.ts'
import type { LeaseRow } from '../leases/rows.ts'
import { id, int, maybe, text, doc } from '../row.ts'
import { list, raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader, Row } from '../store.ts'
import type {
  AttemptView,
  JobFailure,
  JobInfoView,
  JobPlace,
  JobView,
  OutputView,
  WaitingFacts,
} from './job-view.ts'
import {
  delayedJobs,
  heldJobs,
  jobAttempts,
  jobInfos,
  jobResults,
  jobs,
  lanes,
  readyJobs,
} from './rows.ts'

/**
 * A job with all the places it may stand in, in one statement: a job that is just being moved is seen in one of them, never in
 * none. Each join goes by a full primary key (delayed: by its index on the job).
 */
export const viewColumns: Sql = raw(
  [
    jobs.select('j').text,
    jobInfos.select('i').text,
    lanes.select('n').text,
    leases.select('l').text,
    readyJobs.select('r').text,
    heldJobs.select('h').text,
    delayedJobs.select('d').text,
    jobResults.select('o').text,
    'p.data AS p_data',
    'f.slug AS f_slug',
  ].join(', '),
)
export const viewJoins: Sql = raw(`
  JOIN job_info i ON i.job_id = j.id
  JOIN lane n ON n.id = j.lane_id
  JOIN fleet f ON f.id = n.fleet_id
  LEFT JOIN job_lease l ON l.job_id = j.id
  LEFT JOIN job_ready r ON r.lane_id = j.lane_id AND r.prio = j.prio AND r.pass = j.pass AND r.job_id = j.id
  LEFT JOIN job_held h ON h.fleet_id = n.fleet_id AND h.user_id = j.user_id AND h.prio = j.prio AND h.pass = j.pass AND h.job_id = j.id
  LEFT JOIN job_delayed d ON d.job_id = j.id
  LEFT JOIN job_result o ON o.job_id = j.id
  LEFT JOIN job_progress p ON p.job_id = j.id`)

/** Turns rows of `viewColumns` into views, with a handful of statements for all of them. In the order of the rows. */
export async function viewsOf(reader: Reader, rows: readonly Row[]): Promise<readonly JobView[]> {
  if (rows.length === 0) return []
  const found = rows.map(row => jobs.read(row, 'j'))
  const ids = list(found.map(job => job.id))
  const [attempts, seqs, outputs, effects, versions] = await reader.allOf([
    sql`SELECT ${jobAttempts.select('a')}, w.instance AS instance, w.market AS market
      FROM job_attempt a LEFT JOIN worker w ON w.id = a.worker_id WHERE a.job_id IN ${ids} ORDER BY a.job_id, a.epoch`,
    sql`SELECT job_id, MAX(seq) AS seq FROM job_event WHERE job_id IN ${ids} GROUP BY job_id`,
    sql`SELECT ${assets.select()} FROM asset WHERE job_id IN ${ids}`,
    effectNames(rows),
    versionNames(found.map(job => job.workflowVersionId)),
  ])
  const attemptsOf = Map.groupBy((attempts ?? []).map(attemptOf), one => one.jobId)
  const seqOf = new Map(
    (seqs ?? []).map(row => [id<JobId>().read(row['job_id']), int.read(row['seq'])]),
  )
  const assetOf = new Map((outputs ?? []).map(row => [assets.read(row).id, assets.read(row)]))
  const effectOf = new Map(
    (effects ?? []).map(row => [`${id<EffectId>().read(row['id'])} ${int.read(row['n'])}`, row]),
  )
  const versionOf = new Map(
    (versions ?? []).map(row => [id<WorkflowVersionId>().read(row['id']), row]),
  )

  return rows.map((row): JobView => {
    const job = jobs.read(row, 'j')
    const info = jobInfos.read(row, 'i')
    const lease = leases.readMaybe(row, 'l')
    const status = statusOf({
      state: job.state,
      hasLease: lease !== undefined,
      cancelAsked: job.cancelAt !== null,
    })
    const place = placeOf(row, job.state)
    const waiting = waitingOf(row, job.createdAt)
    const progress = maybe(text).read(row['p_data'])
    const effect = effectOf.get(`${job.effectId ?? 0n} ${info.effectN}`)
    const version = versionOf.get(job.workflowVersionId)
    return {
      ...job,
      status,
      place,
      fleetId: lanes.read(row, 'n').fleetId,
      seq: seqOf.get(job.id) ?? seqWithoutEvents(job),
      ...phaseOf(lease, place),
      info: infoOf(info, effect, version),
      ...(waiting === undefined ? {} : { waiting }),
      ...(lease === undefined ? {} : { lease }),
      ...(progress === null ? {} : { progress }),
      attempts: attemptsOf.get(job.id) ?? [],
      ...resultOf(row, assetOf),
    }
  })
}

/** Events of a job that ended long ago are gone. Its number is then the last of its epoch: it may grow, it never falls. */
const seqWithoutEvents = ({ finalEpoch }: Pick<JobView, 'finalEpoch'>): number =>
  finalEpoch === null ? 0 : eventSeq(finalEpoch, 3)

function effectNames(rows: readonly Row[]): Sql {
  const ids = [...new Set(rows.map(row => jobs.read(row, 'j').effectId ?? 0n))]
  return sql`
    SELECT e.id AS id, e.slug AS slug, v.n AS n, v.content AS content
    FROM effect e JOIN effect_version v ON v.effect_id = e.id WHERE e.id IN ${list(ids)}`
}

const versionNames = (ids: readonly WorkflowVersionId[]): Sql => sql`
  SELECT v.id AS id, v.n AS n, w.slug AS slug
  FROM workflow_version v JOIN workflow w ON w.id = v.workflow_id WHERE v.id IN ${list([...new Set(ids)])}`

function attemptOf(row: Row): AttemptView {
  const market = maybe(int).read(row['market'])
  return {
    ...jobAttempts.read(row, 'a'),
    instance: maybe(text).read(row['instance']) ?? '',
    market: market === null ? 'local' : workerMarkets.wordOf(market),
  }
}

function placeOf(row: Row, state: string): JobPlace {
  if (state !== 'open') return 'final'
  if (leases.readMaybe(row, 'l') !== undefined) return 'lease'
  if (heldJobs.readMaybe(row, 'h') !== undefined) return 'held'
  return delayedJobs.readMaybe(row, 'd') === undefined ? 'ready' : 'delayed'
}

function phaseOf(lease: LeaseRow | undefined, place: JobPlace): Pick<JobView, 'phase'> {
  if (lease !== undefined) return lease.phase === 'none' ? {} : { phase: lease.phase }
  return place === 'final' ? {} : { phase: 'waiting_for_capacity' }
}

const pausedBy: Readonly<Record<PauseBit, WaitingFacts['reason']>> = {
  queue: 'queue_paused',
  fleet: 'fleet_paused',
  workflow: 'workflow_paused',
  budget: 'budget_paused',
}

function waitingOf(row: Row, createdAt: number): WaitingFacts | undefined {
  const delayed = delayedJobs.readMaybe(row, 'd')
  if (delayed !== undefined) {
    const reason = delayed.reason === 'scheduled' ? 'scheduled' : 'retry_backoff'
    return { reason, since: delayed.readyAt, dueAt: delayed.dueAt }
  }
  const held = heldJobs.readMaybe(row, 'h')
  const ready = readyJobs.readMaybe(row, 'r')
  if (held === undefined && ready === undefined) return undefined
  const since = ready?.readyAt ?? held?.readyAt ?? createdAt
  if (maybe(text).read(row['f_slug']) === 'none') return { reason: 'no_fleet', since }
  const { paused } = lanes.read(row, 'n')
  const bit = (['queue', 'fleet', 'workflow', 'budget'] as const).find(
    one => (paused & pauseBits.numberOf(one)) !== 0,
  )
  if (bit !== undefined) return { reason: pausedBy[bit], since }
  return { reason: held === undefined ? 'capacity' : 'user_limit', since }
}

function infoOf(
  info: ReturnType<typeof jobInfos.read>,
  effect: Row | undefined,
  version: Row | undefined,
): JobInfoView {
  const labels = record(parsed(info.labels))
  const tags = labels['tags']
  const name =
    effect === undefined ? undefined : record(parsed(doc.read(effect['content'])))['name']
  return {
    kind: info.kind,
    api: info.api,
    flags: info.flags,
    effectN: info.effectN,
    ...(effect === undefined ? {} : { effectSlug: text.read(effect['slug']) }),
    ...(typeof name === 'string' ? { effectName: name } : {}),
    ...(version === undefined
      ? {}
      : { workflowSlug: text.read(version['slug']), workflowVersion: int.read(version['n']) }),
    input: info.input,
    tags: Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [],
    metadata: texts(record(labels['metadata'])),
    ...(info.idempotencyKey === null ? {} : { idempotencyKey: info.idempotencyKey }),
  }
}

function resultOf(
  row: Row,
  assetOf: ReadonlyMap<AssetId, AssetRow>,
): Pick<JobView, 'outputs' | 'error' | 'timings'> {
  const stored = jobResults.readMaybe(row, 'o')
  if (stored === undefined) return { outputs: [] }
  const result = record(parsed(stored.body))
  const listed: unknown = result['outputs']
  const outputs = (Array.isArray(listed) ? listed : []).flatMap((one: unknown): OutputView[] => {
    const output = record(one)
    const assetId = parseId('asset', textOf(output['asset']) ?? '')
    const asset = assetId === undefined ? undefined : assetOf.get(assetId)
    if (asset === undefined) return []
    return [
      {
        key: textOf(output['key']) ?? '',
        nodeId: textOf(output['node_id']) ?? '',
        name: asset.name,
        kind: asset.kind,
        reused: output['reused'] === true,
        asset,
      },
    ]
  })
  const error = failureOf(result['error'])
  const { timings } = result
  return {
    outputs,
    ...(error === undefined ? {} : { error }),
    ...(timings === undefined ? {} : { timings: JSON.stringify(timings) }),
  }
}

function failureOf(stored: unknown): JobFailure | undefined {
  const error = record(stored)
  const code = textOf(error['code'])
  if (code === undefined) return undefined
  const message = textOf(error['message'])
  const nodeId = textOf(error['node_id'])
  const nodeClass = textOf(error['node_class'])
  const pointer = textOf(error['pointer'])
  return {
    code,
    ...(message === undefined ? {} : { message }),
    ...(nodeId === undefined ? {} : { nodeId }),
    ...(nodeClass === undefined ? {} : { nodeClass }),
    ...(pointer === undefined ? {} : { pointer }),
    ...(error['received'] === undefined ? {} : { received: error['received'] }),
    ...(error['allowed'] === undefined ? {} : { allowed: error['allowed'] }),
  }
}

const parsed = (json: string): unknown => JSON.parse(json)
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return {}
  return Object.fromEntries(Object.entries(value))
}

const texts = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
