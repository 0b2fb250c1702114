import { effectStates } from '@bp/contracts/effects'
import type { AssetId, EffectId, JobId, UserId, WorkflowVersionId } from '@bp/contracts/ids'
import { doc, id, int, key32, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

export const effects = table('effect', {
  id: id<EffectId>(),
  slug: text,
  state: word(effectStates),
  publishedN: int,
  seedHash: maybe(key32),
  seededN: int,
  testedVersionId: id<WorkflowVersionId>(),
  testedJobId: id<JobId>(),
  testedAt: maybe(int),
  rev: int,
})
export type EffectRow = RowOf<typeof effects>

/** Immutable. `content` is a document: name, description, tags, pictures by sha256, fixed, labels, order, presets, examples, price. */
export const effectVersions = table('effect_version', {
  effectId: id<EffectId>(),
  n: int,
  content: doc,
  workflowVersionId: id<WorkflowVersionId>(),
  rolledFrom: int,
  byId: id<UserId>(),
  at: int,
})
export type EffectVersionRow = RowOf<typeof effectVersions>

export const effectMedia = table('effect_media', {
  effectId: id<EffectId>(),
  sha256: key32,
  objectKey: text,
  contentType: text,
  width: int,
  height: int,
  thumbhash: maybe(text),
  alt: text,
  fromAssetId: id<AssetId>(),
})
export type EffectMediaRow = RowOf<typeof effectMedia>
