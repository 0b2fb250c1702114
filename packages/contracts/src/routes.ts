/**
 * The route table: nothing else may register, call or document a route.
 * Server, client, OpenAPI and docs are computed from it.
 */
import { z } from 'zod'
import type { ErrorCode } from './errors.ts'
import { stages } from './fleets.ts'
import { limits } from './limits.ts'
import { paths, type RouteId } from './paths.ts'
import { Asset, AssetListQuery, UploadAnswer, UploadPlan, UploadRequest } from './shapes/assets.ts'
import { FleetCreate } from './shapes/desired-config.ts'
import { Effect, EffectSummary } from './shapes/effects.ts'
import {
  DrainMachine,
  Fleet,
  FleetDetail,
  FleetMachines,
  MachineDrained,
  QueueView,
} from './shapes/fleets.ts'
import { Job, JobListQuery, JobRetry, JobStreamMessages, JobSubmit } from './shapes/jobs.ts'
import {
  Beat,
  BeatAnswer,
  Complete,
  EndAnswer,
  Fail,
  LeaseAnswer,
  LeaseAsk,
  OutputsAnswer,
  OutputsAsk,
  Release,
} from './shapes/leases.ts'
import { Ready, Up, Version } from './shapes/system.ts'
import { LinkMade, LinkRedeem, Me, Site } from './shapes/users.ts'
import { Done, Empty, idText, listOf, ListQuery, Slug } from './shapes/wire.ts'
import {
  Deregister,
  DirectiveAnswer,
  PhaseReport,
  Register,
  Registered,
  Worker,
} from './shapes/workers.ts'
import { Workflow, WorkflowVersion } from './shapes/workflows.ts'
import type { Scope } from './users.ts'

/**
 * Who may call: everybody · a person or program · an admin · a worker by its token · a machine by the fleet secret ·
 * the fallback by a signature with that secret · the machine's operator.
 */
export type Auth =
  | 'open'
  | 'user'
  | 'admin'
  | 'worker'
  | 'fleet_secret'
  | 'fleet_signature'
  | 'control_secret'

export interface Route {
  readonly auth: Auth
  /** The right that a signed-in caller needs; absent where the credential itself is the right. */
  readonly scope?: Scope
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly bodyBytesMax?: number
  /** Answers by status. A stream's shapes are its messages. */
  readonly ok: Readonly<Record<number, z.ZodType>>
  readonly stream?: Readonly<Record<string, z.ZodType>>
  /** Codes beyond those that every route may answer with. */
  readonly errors: readonly ErrorCode[]
}

const byId = (prefix: 'job' | 'asset' | 'upload' | 'worker') => z.object({ id: idText(prefix) })
const bySlug = z.object({ slug: Slug })
const byFleet = z.object({ stage: z.enum(stages.words), slug: Slug })

export const routes = {
  'system.live': {
    auth: 'open',
    summary: 'The process lives and answers. Never asks the database.',
    ok: { 200: Up },
    errors: [],
  },
  'system.up': {
    auth: 'open',
    summary: 'The system can serve: the database answers with the expected schema.',
    ok: { 200: Up },
    errors: ['unavailable'],
  },
  'system.ready': {
    auth: 'open',
    summary: 'Every part of the system with a word about it.',
    ok: { 200: Ready },
    errors: [],
  },
  'system.version': {
    auth: 'open',
    summary: 'Versions of program, schema and worker protocol.',
    ok: { 200: Version },
    errors: [],
  },
  'system.openapi': {
    auth: 'open',
    summary: 'This interface as OpenAPI 3.1.',
    ok: { 200: z.looseObject({ openapi: z.string() }) },
    errors: [],
  },
  'site.show': {
    auth: 'open',
    summary: 'What the web app must know before a sign-in.',
    ok: { 200: Site },
    errors: [],
  },
  'effects.list': {
    auth: 'open',
    summary: 'Published effects, newest first.',
    query: ListQuery,
    ok: { 200: listOf(EffectSummary) },
    errors: ['cursor_invalid'],
  },
  'effects.show': {
    auth: 'open',
    summary: 'One published effect with the inputs it takes.',
    params: bySlug,
    ok: { 200: Effect },
    errors: [],
  },
  'users.me': {
    auth: 'open',
    summary: 'Who is calling; null without a sign-in.',
    ok: { 200: Me },
    errors: [],
  },
  'links.redeem': {
    auth: 'open',
    summary: 'Turn a one-time link into a session cookie.',
    body: LinkRedeem,
    ok: { 200: Me },
    errors: ['link_invalid'],
  },
  'sessions.end': {
    auth: 'user',
    summary: 'Sign out.',
    body: Empty,
    ok: { 200: Done },
    errors: [],
  },

  'workflows.list': {
    auth: 'user',
    scope: 'workflows:read',
    summary: 'Workflows, newest first.',
    query: ListQuery,
    ok: { 200: listOf(Workflow) },
    errors: ['cursor_invalid'],
  },
  'workflows.show': {
    auth: 'user',
    scope: 'workflows:read',
    summary: 'One workflow.',
    params: bySlug,
    ok: { 200: Workflow },
    errors: [],
  },
  'workflows.version': {
    auth: 'user',
    scope: 'workflows:read',
    summary: 'One published version, immutable.',
    params: bySlug.extend({ n: z.coerce.number().int().min(1) }),
    ok: { 200: WorkflowVersion },
    errors: [],
  },

  'jobs.submit': {
    auth: 'user',
    scope: 'jobs:write',
    summary: 'Run an effect, a workflow or a graph. A cold fleet answers queued, never an error.',
    body: JobSubmit,
    bodyBytesMax: limits.submitBodyBytesMax,
    ok: { 201: Job },
    errors: [
      'input_invalid',
      'asset_missing',
      'effect_disabled',
      'graph_invalid',
      'workflow_format_ui',
      'graphs_not_allowed',
      'queue_full',
      'idempotency_key_reused',
      'idempotency_in_progress',
    ],
  },
  'jobs.list': {
    auth: 'user',
    scope: 'jobs:read',
    summary: 'Your jobs, newest first.',
    query: JobListQuery,
    ok: { 200: listOf(Job) },
    errors: ['cursor_invalid'],
  },
  'jobs.show': {
    auth: 'user',
    scope: 'jobs:read',
    summary: 'One job. `Prefer: wait=n` answers when it has ended, or after n seconds.',
    params: byId('job'),
    ok: { 200: Job },
    errors: [],
  },
  'jobs.cancel': {
    auth: 'user',
    scope: 'jobs:write',
    summary: 'Stop a job: at once when it waits, within a beat when it runs.',
    params: byId('job'),
    body: Empty,
    ok: { 200: Job },
    errors: [],
  },
  'jobs.retry': {
    auth: 'user',
    scope: 'jobs:write',
    summary: 'Run an ended job again, with the same or a changed input.',
    params: byId('job'),
    body: JobRetry,
    bodyBytesMax: limits.submitBodyBytesMax,
    ok: { 201: Job },
    errors: [
      'state_conflict',
      'input_invalid',
      'asset_missing',
      'effect_disabled',
      'queue_full',
      'idempotency_key_reused',
      'idempotency_in_progress',
    ],
  },
  'jobs.events': {
    auth: 'user',
    scope: 'jobs:read',
    summary: 'One job live: first a snapshot, then what changes, last an end.',
    params: byId('job'),
    ok: {},
    stream: JobStreamMessages,
    errors: ['too_many_streams'],
  },
  'events.stream': {
    auth: 'user',
    scope: 'jobs:read',
    summary: 'All your jobs live, in one stream.',
    ok: {},
    stream: {
      snapshot: z.object({ jobs: z.array(Job) }),
      job: Job,
      progress: JobStreamMessages.progress,
      end: JobStreamMessages.end,
    },
    errors: ['too_many_streams'],
  },

  'assets.upload': {
    auth: 'user',
    scope: 'assets:write',
    summary: 'Announce a file: it is here already, or a plan says how to bring it.',
    body: UploadRequest,
    ok: { 200: UploadAnswer, 201: UploadAnswer },
    errors: ['file_too_large', 'type_refused', 'unavailable'],
  },
  'assets.uploadState': {
    auth: 'user',
    scope: 'assets:write',
    summary: 'How far an upload is, with fresh addresses.',
    params: byId('upload'),
    ok: { 200: UploadPlan },
    errors: [],
  },
  'assets.uploadComplete': {
    auth: 'user',
    scope: 'assets:write',
    summary: 'The bytes are there: check them and make the asset.',
    params: byId('upload'),
    body: Empty,
    ok: { 200: Asset },
    errors: ['upload_incomplete', 'upload_expired', 'hash_mismatch', 'type_refused', 'unavailable'],
  },
  'assets.uploadAbort': {
    auth: 'user',
    scope: 'assets:write',
    summary: 'Give an upload up.',
    params: byId('upload'),
    ok: { 200: Done },
    errors: [],
  },
  'assets.list': {
    auth: 'user',
    scope: 'assets:read',
    summary: 'Your files, newest first.',
    query: AssetListQuery,
    ok: { 200: listOf(Asset) },
    errors: ['cursor_invalid'],
  },
  'assets.show': {
    auth: 'user',
    scope: 'assets:read',
    summary: 'One file, with a fresh address.',
    params: byId('asset'),
    ok: { 200: Asset },
    errors: [],
  },
  'assets.content': {
    auth: 'user',
    scope: 'assets:read',
    summary: 'Leads to the bytes on the files origin.',
    params: byId('asset'),
    ok: { 302: z.undefined() },
    errors: [],
  },

  'queue.show': {
    auth: 'admin',
    scope: 'admin:read',
    summary: 'Who waits, who runs, and why.',
    ok: { 200: QueueView },
    errors: [],
  },
  'jobs.listAll': {
    auth: 'admin',
    scope: 'admin:read',
    summary: "Everybody's jobs, newest first.",
    query: JobListQuery,
    ok: { 200: listOf(Job) },
    errors: ['cursor_invalid'],
  },
  'fleets.list': {
    auth: 'admin',
    scope: 'admin:read',
    summary: 'Fleets with what waits and what works.',
    ok: { 200: z.object({ data: z.array(Fleet) }) },
    errors: [],
  },
  'fleets.create': {
    auth: 'admin',
    scope: 'admin:write',
    summary: 'Make a fleet: its row, then its desired config. The same body again changes nothing.',
    body: FleetCreate,
    ok: { 200: FleetDetail, 201: FleetDetail },
    errors: ['fleet_taken', 'unavailable'],
  },
  'fleets.show': {
    auth: 'admin',
    scope: 'admin:read',
    summary: 'One fleet, with what is asked of its stack.',
    params: byFleet,
    ok: { 200: FleetDetail },
    errors: [],
  },
  'workers.list': {
    auth: 'admin',
    scope: 'admin:read',
    summary: 'Workers that live, and those that ended within the hour.',
    ok: { 200: z.object({ data: z.array(Worker) }) },
    errors: [],
  },
  'workers.drain': {
    auth: 'admin',
    scope: 'admin:write',
    summary: 'Let a worker finish what it runs, then end it.',
    params: byId('worker'),
    body: Empty,
    ok: { 200: Worker },
    errors: ['state_conflict'],
  },

  'links.create': {
    auth: 'control_secret',
    summary: 'A fresh one-time sign-in link for the owner of this machine.',
    body: Empty,
    ok: { 201: LinkMade },
    errors: ['control_secret_wrong'],
  },

  'workers.register': {
    auth: 'fleet_secret',
    summary: 'Become a worker of a fleet.',
    body: Register,
    ok: { 201: Registered },
    errors: ['secret_wrong', 'fleet_unconfigured', 'worker_bound', 'protocol_unsupported'],
  },
  'leases.grant': {
    auth: 'worker',
    summary: 'Ask for work; the answer may take up to 25 s.',
    body: LeaseAsk,
    bodyBytesMax: limits.workerBodyBytesMax,
    ok: { 200: LeaseAnswer },
    errors: ['worker_token_wrong'],
  },
  'leases.renew': {
    auth: 'worker',
    summary: 'Keep leases alive and tell how far they are.',
    body: Beat,
    bodyBytesMax: limits.workerBodyBytesMax,
    ok: { 200: BeatAnswer },
    errors: ['worker_token_wrong'],
  },
  'leases.outputs': {
    auth: 'worker',
    summary: 'Where to bring the files of a job.',
    body: OutputsAsk,
    bodyBytesMax: limits.workerBodyBytesMax,
    ok: { 200: OutputsAnswer },
    errors: ['worker_token_wrong', 'lease_lost'],
  },
  'leases.complete': {
    auth: 'worker',
    summary: 'The jobs are done and their files have been brought.',
    body: Complete,
    bodyBytesMax: limits.workerBodyBytesMax,
    ok: { 200: EndAnswer },
    errors: ['worker_token_wrong'],
  },
  'leases.fail': {
    auth: 'worker',
    summary: 'The jobs have failed, and who is to blame.',
    body: Fail,
    bodyBytesMax: limits.workerBodyBytesMax,
    ok: { 200: EndAnswer },
    errors: ['worker_token_wrong'],
  },
  'leases.release': {
    auth: 'worker',
    summary: 'Give jobs back unharmed; they are not counted.',
    body: Release,
    bodyBytesMax: limits.workerBodyBytesMax,
    ok: { 200: EndAnswer },
    errors: ['worker_token_wrong'],
  },
  'workers.phase': {
    auth: 'worker',
    summary: 'A phase of the boot or life was reached.',
    body: PhaseReport,
    ok: { 200: DirectiveAnswer },
    errors: ['worker_token_wrong'],
  },
  'workers.drained': {
    auth: 'worker',
    summary: 'Nothing is held any more.',
    body: Empty,
    ok: { 200: Done },
    errors: ['worker_token_wrong', 'worker_busy'],
  },
  'workers.deregister': {
    auth: 'worker',
    summary: 'This machine asks to be ended.',
    body: Deregister,
    ok: { 200: Done },
    errors: ['worker_token_wrong'],
  },

  'fleets.machines': {
    auth: 'fleet_signature',
    summary: 'What the fallback must know before it ends a machine of a fleet.',
    params: byFleet,
    ok: { 200: FleetMachines },
    errors: ['fleet_signature_wrong'],
  },
  'fleets.drainMachine': {
    auth: 'fleet_signature',
    summary: 'Drain the worker of a machine, but only if it holds no lease.',
    params: byFleet,
    body: DrainMachine,
    ok: { 200: MachineDrained },
    errors: ['fleet_signature_wrong'],
  },
} as const satisfies Record<RouteId, Route>

export type Routes = typeof routes
type Row<K extends RouteId> = Routes[K]
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined
type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined

/** What a handler gets, checked and with defaults. */
export type RouteParams<K extends RouteId> =
  Row<K> extends { params: infer S } ? OutputOf<S> : undefined
export type RouteQuery<K extends RouteId> =
  Row<K> extends { query: infer S } ? OutputOf<S> : undefined
export type RouteBody<K extends RouteId> =
  Row<K> extends { body: infer S } ? OutputOf<S> : undefined
/** What a caller sends. */
export type RouteQueryIn<K extends RouteId> =
  Row<K> extends { query: infer S } ? InputOf<S> : undefined
export type RouteBodyIn<K extends RouteId> =
  Row<K> extends { body: infer S } ? InputOf<S> : undefined
/** What is answered. */
export type RouteAnswer<K extends RouteId> =
  Row<K> extends { ok: infer Ok } ? OutputOf<Ok[keyof Ok]> : never
/** Messages of a stream by event name. */
export type RouteStream<K extends RouteId> =
  Row<K> extends { stream: infer M } ? { [E in keyof M]: OutputOf<M[E]> } : never

/** A row as the general shape, for code that walks the whole table. */
export const routeOf = (id: RouteId): Route => routes[id]
/** Codes that any route may answer with, beyond its own. */
export const commonErrors: readonly ErrorCode[] = [
  'json_invalid',
  'unauthorized',
  'scope_missing',
  'origin_refused',
  'host_refused',
  'not_found',
  'body_too_large',
  'media_type_unsupported',
  'validation_failed',
  'unknown_field',
  'rate_limited',
  'internal',
  'unavailable',
  'shutting_down',
]
const isRouteId = (text: string): text is RouteId => Object.hasOwn(paths, text)
export const routeIds: readonly RouteId[] = Object.keys(paths).filter(isRouteId)
