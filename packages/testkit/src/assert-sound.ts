import { auditStore } from '@bp/store/audit'
import type { Store } from '@bp/store/store'

/** Throws when the database breaks an invariant that one look can show: the last step of every scenario. */
export async function assertSound(store: Store): Promise<void> {
  const findings = await store.read(auditStore)
  if (findings.length === 0) return
  const lines = findings.map(one => `${one.code} ${one.subject}: ${one.text}`)
  throw new Error(`the store is not sound:\n${lines.join('\n')}`)
}
