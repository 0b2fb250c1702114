/** Whether the database answers and fits this release: asked by health checks, so remembered for two seconds. */
import { schemaState, type SchemaState } from '@bp/store/migrate'
import type { Store } from '@bp/store/store'

export type SchemaCheck = () => Promise<SchemaState>

const rememberMs = 2_000

/** Makes the check. It throws what the database throws; a failure is not remembered. */
export function createSchemaCheck(store: Store, nowMs: () => number): SchemaCheck {
  let known: { readonly state: Promise<SchemaState>; readonly untilMs: number } | undefined
  return () => {
    if (known !== undefined && known.untilMs > nowMs()) return known.state
    const state = store.read(reader => schemaState(reader))
    known = { state, untilMs: nowMs() + rememberMs }
    state.catch(() => (known = undefined))
    return state
  }
}
