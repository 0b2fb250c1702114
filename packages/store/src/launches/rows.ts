import {
  launchCallStates,
  launchEndReasons,
  launchOrigins,
  launchStates,
} from '@bp/contracts/fleets'
import type { JobId, LaunchId } from '@bp/contracts/ids'
import { workerMarkets, workerPhases } from '@bp/contracts/workers'
import { doc, id, int, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

/** One call to the cloud, recorded before it is sent: the same token and the same bytes are repeated. */
export const launchCalls = table('launch_call', {
  id: id<LaunchId>(),
  fleetId: int,
  epoch: int,
  token: text,
  cell: text,
  launchGroup: text,
  market: word(workerMarkets),
  az: text,
  count: int,
  request: doc,
  state: word(launchCallStates),
  tries: int,
  plannedAt: int,
  sentAt: maybe(int),
  endedAt: maybe(int),
  errorCode: maybe(text),
})
export type LaunchCallRow = RowOf<typeof launchCalls>

/** One machine: planned → requested → launched → registered → ready → draining → ended. */
export const launches = table('launch', {
  id: id<LaunchId>(),
  callId: id<LaunchId>(),
  fleetId: int,
  origin: word(launchOrigins),
  instance: maybe(text),
  cell: text,
  market: word(workerMarkets),
  az: text,
  instanceType: text,
  priceMicroHour: int,
  ami: text,
  generation: text,
  state: word(launchStates),
  forJob: id<JobId>(),
  plannedAt: int,
  requestedAt: maybe(int),
  launchedAt: maybe(int),
  registeredAt: maybe(int),
  readyAt: maybe(int),
  drainingAt: maybe(int),
  endedAt: maybe(int),
  endReason: word(launchEndReasons),
  consoleTail: maybe(text),
})
export type LaunchRow = RowOf<typeof launches>

export const bootPhases = table('boot_phase', {
  launchId: id<LaunchId>(),
  phase: word(workerPhases),
  at: int,
  tookMs: int,
})
export type BootPhaseRow = RowOf<typeof bootPhases>
