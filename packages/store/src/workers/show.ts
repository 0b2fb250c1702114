import type { WorkerId } from '@bp/contracts/ids'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workerViews } from './list.ts'
import type { WorkerView } from './list.ts'

/** One worker with what was last heard of it. */
export async function show(reader: Reader, workerId: WorkerId): Promise<WorkerView | undefined> {
  const [view] = await workerViews(reader, sql`w.id = ${workerId}`)
  return view
}
