import {
  launchCallStates,
  launchEndReasons,
  launchStates,
  launchTransitions,
} from '@bp/contracts/fleets'
import type { LaunchEndReason, LaunchState } from '@bp/contracts/fleets'
import type { LaunchId } from '@bp/contracts/ids'
import type { WorkerPhase } from '@bp/contracts/workers'
import { insertRows } from '../insert-rows.ts'
import { list, raw, sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { bootPhases } from './rows.ts'

export interface LaunchMark {
  readonly id: LaunchId
  readonly to: Exclude<LaunchState, 'planned'>
  /** Known from `launched` on. */
  readonly instance?: string
  readonly endReason?: LaunchEndReason
  readonly consoleTail?: string
}

/** Moves a machine along `launchTransitions`. Answers false when that is not possible from its present state (nothing changes). */
export async function mark(writer: Writer, change: LaunchMark): Promise<boolean> {
  const from = launchStates.words.filter(state => launchTransitions[state].includes(change.to))
  const instance = change.instance === undefined ? sql`` : sql`, instance = ${change.instance}`
  const reason =
    change.endReason === undefined
      ? sql``
      : sql`, end_reason = ${launchEndReasons.numberOf(change.endReason)}`
  const tail =
    change.consoleTail === undefined
      ? sql``
      : sql`, console_tail = ${change.consoleTail.slice(-consoleTailMax)}`
  const found = await writer.run(sql`
    UPDATE launch SET state = ${launchStates.numberOf(change.to)}, ${raw(timeColumns[change.to])} = ${writer.nowMs} ${instance} ${reason} ${tail}
    WHERE id = ${change.id} AND state IN ${list(from.map(state => launchStates.numberOf(state)))}`)
  return found > 0
}

/** Records that a boot has reached a phase, once each. */
export async function markPhase(
  writer: Writer,
  step: { readonly launchId: LaunchId; readonly phase: WorkerPhase; readonly tookMs: number },
): Promise<void> {
  await insertRows(
    writer,
    bootPhases,
    [{ launchId: step.launchId, phase: step.phase, at: await writer.now(), tookMs: step.tookMs }],
    { ifAbsent: true },
  )
}

/** The call was sent (`requested`) or is over (`done`, `failed`, `unresolved`). */
export async function markCall(
  writer: Writer,
  change: {
    readonly id: LaunchId
    readonly state: 'requested' | 'done' | 'failed' | 'unresolved'
    readonly errorCode?: string
  },
): Promise<void> {
  const isSent = change.state === 'requested'
  const time = raw(isSent ? 'sent_at' : 'ended_at')
  const tries = isSent ? sql`, tries = tries + 1` : sql``
  await writer.run(sql`
    UPDATE launch_call SET state = ${launchCallStates.numberOf(change.state)}, ${time} = ${writer.nowMs},
      error_code = ${change.errorCode ?? null} ${tries}
    WHERE id = ${change.id}`)
}

const consoleTailMax = 4_096

const timeColumns: Readonly<Record<LaunchMark['to'], string>> = {
  requested: 'requested_at',
  launched: 'launched_at',
  registered: 'registered_at',
  ready: 'ready_at',
  draining: 'draining_at',
  ended: 'ended_at',
}
