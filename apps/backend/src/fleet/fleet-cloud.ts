/**
 * The port to whatever gives machines: child processes here, a cloud elsewhere. Refusals that are expected are
 * values; anything unexpected is `unknown`, because it may have happened.
 */
import type { Stage } from '@bp/contracts/fleets'
import type { LaunchId } from '@bp/contracts/ids'
import type { WorkerMarket } from '@bp/contracts/workers'

export interface LaunchCall {
  /** The same token is the same call: a repeat launches nothing new. */
  readonly token: string
  readonly group: string
  readonly stage: Stage
  readonly fleet: string
  readonly market: WorkerMarket
  readonly az: string
  /** Rows of the plan, one a machine. */
  readonly launches: readonly LaunchId[]
}
export interface Launched {
  readonly id: string
  readonly launch: LaunchId | undefined
}
export interface PoolError {
  readonly az: string
  readonly code: string
  readonly message: string
}
type LaunchOutcome =
  | {
      readonly kind: 'done'
      readonly machines: readonly Launched[]
      readonly errors: readonly PoolError[]
    }
  | { readonly kind: 'unknown'; readonly againInMs: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

export interface Machine {
  readonly id: string
  readonly launch: LaunchId | undefined
  readonly startedAtMs: number
}
interface GroupView {
  readonly group: string
  /** Those that run. What is absent here has ended, or was never there. */
  readonly machines: readonly Machine[]
}
interface EndResult {
  readonly id: string
  readonly result: 'ending' | 'gone' | 'refused'
  readonly message?: string
}
interface Price {
  readonly type: string
  readonly az: string
  readonly microUsdHour: number
}

export interface FleetCloud extends AsyncDisposable {
  launch(call: LaunchCall, signal: AbortSignal): Promise<LaunchOutcome>
  /** Ends machines. One that is gone already is a success. */
  end(group: string, ids: readonly string[], signal: AbortSignal): Promise<readonly EndResult[]>
  describe(
    groups: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly atMs: number; readonly groups: readonly GroupView[] }>
  /** The last of what a machine has printed; null when nothing is known. */
  consoleTail(id: string): Promise<string | null>
  /** Closes or opens a group for launches of others (rebalancing, replacement). */
  gate(group: string, open: boolean): Promise<void>
  prices(types: readonly string[], azs: readonly string[]): Promise<readonly Price[]>
}
