import type { LaneMarket } from '@bp/contracts/fleets'
import type {
  AssetId,
  EffectId,
  JobId,
  UserId,
  WorkflowId,
  WorkflowVersionId,
} from '@bp/contracts/ids'
import type { JobApi, JobKind, JobPriority } from '@bp/contracts/jobs'
import type { BodyCodec } from '@bp/contracts/workflows'

/** A job as the backend has filled and checked it. Durations are passed; the database stamps them. */
export interface NewJob {
  /** Made before the transaction (`store.ids.next()`), so that a repeat after a lost answer finds itself. */
  readonly id: JobId
  readonly userId: UserId
  readonly fleetId: number
  /** Absent for bare graphs. */
  readonly workflowId?: WorkflowId
  readonly workflowVersionId?: WorkflowVersionId
  readonly effectId?: EffectId
  readonly market?: LaneMarket
  readonly prio: JobPriority
  /** Hashes or names of the models the job needs; empty = none. */
  readonly models: readonly string[]
  /** Estimated GPU time; clamped to 1 s … 1 h for the order. */
  readonly costMs: number
  readonly runMsMax: number
  readonly lossesMax: number
  /** How long from now it may start; after that it ends as `expired`. */
  readonly deadlineInMs?: number
  /** Not before this Unix time: it waits as `scheduled`. */
  readonly notBefore?: number
  readonly retriedFrom?: JobId
  /** What the worker gets: JSON bytes, the graph unparsed within. */
  readonly payload: { readonly codec: BodyCodec; readonly body: Uint8Array }
  readonly info: {
    readonly kind: JobKind
    readonly api: JobApi
    /** Bits of `jobFlags`. */
    readonly flags: number
    readonly effectN?: number
    readonly tags: readonly string[]
    readonly metadata: Readonly<Record<string, string>>
    /** JSON text: the input as given, defaults and the drawn seed filled in. */
    readonly input: string
  }
  /** The owner's files that the payload names, each once. */
  readonly assets: readonly { readonly assetId: AssetId; readonly ref: string }[]
  /** `requestHash`: 16 bytes over the canonical body, without secrets. */
  readonly idempotency?: {
    readonly route: string
    readonly key: string
    readonly requestHash: Uint8Array
  }
}

export type SubmitRefusal = 'idempotency_key_reused' | 'queue_full' | 'asset_missing'
export type Submitted =
  | { readonly job: JobId; readonly replayed: boolean; readonly laneId?: number }
  | { readonly refused: SubmitRefusal }
