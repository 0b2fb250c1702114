import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { LeaseKey } from './lease-key.ts'

/** The fence in the WHERE: the secret is compared by the database, in the statement that acts. */
export const leaseMatch = (key: LeaseKey): Sql =>
  key.workerId === undefined
    ? sql`job_id = ${key.jobId} AND epoch = ${key.epoch} AND secret = ${key.secret}`
    : sql`job_id = ${key.jobId} AND epoch = ${key.epoch} AND secret = ${key.secret} AND worker_id = ${key.workerId}`

/** Leases are always locked in the order of their primary key. */
export const inLockOrder = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => LeaseKey,
): readonly Item[] =>
  items.toSorted((a, b) => {
    const left = keyOf(a).jobId
    const right = keyOf(b).jobId
    if (left === right) return keyOf(a).epoch - keyOf(b).epoch
    return left < right ? -1 : 1
  })
