import { stages } from '@bp/contracts/fleets'
import type { UserId, WorkflowId, WorkflowVersionId } from '@bp/contracts/ids'
import { bodyCodecs } from '@bp/contracts/workflows'
import { bytes, doc, flag, id, int, key32, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

export const workflows = table('workflow', {
  id: id<WorkflowId>(),
  slug: text,
  name: text,
  description: text,
  currentVersionId: id<WorkflowVersionId>(),
  archivedAt: maybe(int),
  seedHash: maybe(key32),
  rev: int,
})
export type WorkflowRow = RowOf<typeof workflows>

/** Immutable once it is there. `graph` holds the bytes as they were imported. */
export const workflowVersions = table('workflow_version', {
  id: id<WorkflowVersionId>(),
  workflowId: id<WorkflowId>(),
  n: int,
  codec: word(bodyCodecs),
  graph: bytes,
  inputs: doc,
  inputSchema: doc,
  outputs: doc,
  needs: doc,
  graphHash: key32,
  structureHash: key32,
  graphPublic: flag,
  changes: text,
  publishedBy: id<UserId>(),
  publishedAt: int,
})
export type WorkflowVersionRow = RowOf<typeof workflowVersions>

export const workflowFleets = table('workflow_fleet', {
  workflowId: id<WorkflowId>(),
  stage: word(stages),
  fleetId: int,
  byId: id<UserId>(),
  at: int,
})
