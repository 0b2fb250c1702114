import { workerStates } from '@bp/contracts/workers'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workers } from './rows.ts'
import type { WorkerRow } from './rows.ts'

/** The worker that calls with this token (32 bytes SHA-256), unless it has ended. */
export async function findByToken(
  reader: Reader,
  tokenHash: Uint8Array,
): Promise<WorkerRow | undefined> {
  const row = await reader.first(sql`
    SELECT ${workers.select()} FROM worker
    WHERE token_hash = ${tokenHash} AND state <> ${workerStates.numberOf('ended')}`)
  return row === undefined ? undefined : workers.read(row)
}
