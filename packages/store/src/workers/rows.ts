import type { LaunchId, WorkerId } from '@bp/contracts/ids'
import {
  drainReasons,
  workerHealths,
  workerMarkets,
  workerPhases,
  workerStates,
} from '@bp/contracts/workers'
import { doc, id, int, key32, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

/** Identity and state of a worker. Grants share-lock this row, so nothing that beats is written here. */
export const workers = table('worker', {
  id: id<WorkerId>(),
  fleetId: int,
  launchId: id<LaunchId>(),
  state: word(workerStates),
  market: word(workerMarkets),
  drainReason: word(drainReasons),
  drainDeadline: int,
  instance: text,
  bootHash: key32,
  tokenHash: key32,
  protocol: int,
  generation: text,
  bundleId: id<bigint>(),
  slots: int,
  hardware: doc,
  endedAt: maybe(int),
})
export type WorkerRow = RowOf<typeof workers>

/** Everything that beats. `warm`, `present` and `host` are JSON documents of our own. */
export const liveWorkers = table('worker_live', {
  workerId: id<WorkerId>(),
  seenAt: int,
  phase: word(workerPhases),
  phaseSince: int,
  busy: int,
  health: word(workerHealths),
  spotDeadline: maybe(int),
  holdUntil: maybe(int),
  buildId: int,
  warm: doc,
  present: doc,
  host: doc,
  strikes: int,
})
export type LiveWorkerRow = RowOf<typeof liveWorkers>
