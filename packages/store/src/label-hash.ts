import { createHash } from 'node:crypto'

export type LabelKind =
  | 'job-tag'
  | 'job-meta'
  | 'job-key'
  | 'asset-tag'
  | 'asset-favourite'
  | 'asset-blake3'

/** The key of a label: the first 16 bytes of SHA-256(kind ‖ 0 ‖ name ‖ 0 ‖ value). */
export const labelHash = (kind: LabelKind, name: string, value: string): Buffer =>
  createHash('sha256').update(`${kind}\0${name}\0${value}`).digest().subarray(0, 16)
