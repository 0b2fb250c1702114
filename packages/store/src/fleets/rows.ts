import { pauseBits, stages } from '@bp/contracts/fleets'
import type { WorkflowId } from '@bp/contracts/ids'
import { doc, flag, id, int, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

export const fleets = table('fleet', {
  id: int,
  stage: word(stages),
  slug: text,
  name: text,
  template: text,
  instanceTypes: text,
  dials: doc,
  bundleId: id<bigint>(),
  ami: maybe(text),
  buildId: int,
  generation: text,
  bareGraphs: flag,
  holdUntil: maybe(int),
  prewarmUntil: maybe(int),
  cell: text,
  configVersion: int,
  rev: int,
  createdAt: int,
  destroyedAt: maybe(int),
})
export type FleetRow = RowOf<typeof fleets>

/** Who has paused what. `lane.paused` is the copy of it that grants look at. */
export const pauses = table('pause', {
  bit: word(pauseBits),
  fleetId: int,
  workflowId: id<WorkflowId>(),
  reason: text,
  since: int,
  until: maybe(int),
})
