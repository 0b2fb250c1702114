import type { AssetId, UploadId, UserId } from '@bp/contracts/ids'

export interface NewUpload {
  readonly id: UploadId
  readonly owner: UserId
  readonly name: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly sha256: Uint8Array
  readonly objectKey: string
  readonly openForMs: number
}

export interface UploadKey {
  readonly id: UploadId
  readonly owner: UserId
}
export interface AssetKey {
  readonly id: AssetId
  readonly owner: UserId
}
