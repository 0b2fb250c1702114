import type { AssetKind } from '@bp/contracts/assets'
import type { AssetId, JobId, WorkerId } from '@bp/contracts/ids'
import type { JobErrorCode, JobStatus } from '@bp/contracts/jobs'
import type { InfrastructureCode, ReleaseReason } from '@bp/contracts/leases'
import type { JobChange } from '../jobs/job-change.ts'
import type { LeaseKey } from './lease-key.ts'

/** One output of a job, verified in the object store before the lease is ended. */
export interface NewOutput {
  /** Made before the transaction when thumbnails already lie under it; else one is made. */
  readonly assetId?: AssetId
  readonly key: string
  readonly nodeId: string
  readonly name: string
  readonly kind: AssetKind
  /** The engine answered it from its cache of an earlier run. */
  readonly reused?: boolean
  readonly contentType: string
  readonly sizeBytes: number
  readonly sha256: Uint8Array
  readonly blake3?: Uint8Array
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly fpsMilli?: number
  readonly thumbhash?: string
  /** Bits of the widths that exist: 1 = 256, 2 = 640, 4 = 1280. */
  readonly thumbs?: number
  readonly objectKey: string
}

export interface JobFaultDetails {
  readonly message?: string
  readonly nodeId?: string
  readonly nodeClass?: string
  /** The input to blame, e.g. `/radius`. */
  readonly pointer?: string
  /** What came and what would have been taken: any JSON, of bounded size. */
  readonly received?: unknown
  readonly allowed?: unknown
  /** Kept for those who look after the machines; views do not carry it. */
  readonly traceback?: string
}

export type EndKind =
  | {
      readonly kind: 'succeeded'
      readonly outputs: readonly NewOutput[]
      readonly timings?: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'job_fault'
      readonly code: JobErrorCode
      readonly error?: JobFaultDetails
      readonly timings?: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'infrastructure'
      readonly code: InfrastructureCode
      readonly message?: string
    }
  | { readonly kind: 'released'; readonly reason: ReleaseReason }
  /** `graceMs` given: only if the lease is still expired for longer than that (the sweep). Absent: the machine is known to be gone. */
  | { readonly kind: 'lost'; readonly graceMs?: number }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'timed_out'; readonly graceMs?: number }

export interface LeaseEnd {
  readonly key: LeaseKey
  readonly end: EndKind
}

export interface EndAnswer {
  readonly jobId: JobId
  readonly verdict: 'accepted' | 'already' | 'stale'
  /** The job's status now; absent when it is not known (stale). */
  readonly status?: JobStatus
  /** What this end changed; only when accepted. */
  readonly changed?: JobChange
  readonly workerId?: WorkerId
}

export interface Ended {
  /** In the order of the ends asked for. */
  readonly answers: readonly EndAnswer[]
  /** Held jobs of the same users that were admitted by the tokens given back. */
  readonly admitted: readonly JobChange[]
}
