/** What drivers throw, sorted by what follows from it. Their texts go to the log, never to callers. */

const numberIn = (error: unknown, field: 'errno' | 'errcode'): number | undefined => {
  if (typeof error !== 'object' || error === null || !(field in error)) return undefined
  const found: unknown = Reflect.get(error, field)
  return typeof found === 'number' ? found : undefined
}

/** Deadlock, lock wait, record changed since last read: the whole transaction may run again. */
const mariadbRetryable = new Set([1213, 1205, 1020])
/** Connection lost or refused; the outcome of a COMMIT is then unknown, and the transaction is written to bear a repeat. */
const mariadbLost = new Set([2013, 2006, 1927, 45009, 45012, 45013, 45026, 45029, 45033, 45042])

/** May the whole transaction run again? */
export const isRetryable = (error: unknown): boolean => {
  const errno = numberIn(error, 'errno')
  return errno !== undefined && (mariadbRetryable.has(errno) || isLostConnection(error))
}

/** The connection is gone: the server may have done what was asked. */
export function isLostConnection(error: unknown): boolean {
  const errno = numberIn(error, 'errno')
  if (errno !== undefined && mariadbLost.has(errno)) return true
  if (typeof error !== 'object' || error === null) return false
  return Reflect.get(error, 'fatal') === true && Reflect.get(error, 'sqlState') === '08S01'
}

/** A lock was waited for in vain (MariaDB 1205): on an idempotency key it means "still running elsewhere". */
export const isLockTimeout = (error: unknown): boolean => numberIn(error, 'errno') === 1205

/** A unique key was hit. */
export const isDuplicate = (error: unknown): boolean =>
  numberIn(error, 'errno') === 1062 || [2067, 1555].includes(numberIn(error, 'errcode') ?? 0)

/** A fault of ours that no caller can act on: reported, never retried. */
export class StoreError extends Error {
  readonly code: 'queue_invariant' | 'no_slot' | 'closed'

  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** The database does not fit this release. */
export class SchemaError extends Error {
  readonly code: 'schema_behind' | 'schema_ahead' | 'migration_changed'

  constructor(code: SchemaError['code'], message: string) {
    super(message)
    this.name = 'SchemaError'
    this.code = code
  }
}
