import type { LaunchId, WorkerId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { workerStates } from '@bp/contracts/workers'
import type { WorkerMarket } from '@bp/contracts/workers'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { bytes, key32, int, maybe, noId } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { endWorker } from './end.ts'
import { workers } from './rows.ts'

export interface NewWorker {
  readonly fleetId: number
  readonly launchId?: LaunchId
  readonly market: WorkerMarket
  /** The machine, as its cloud names it; `local-<n>` for children of this process. */
  readonly instance: string
  /** 32 bytes: hash of the boot id, so that the same boot registering again is the same worker. */
  readonly bootHash: Uint8Array
  /** 32 bytes: SHA-256 of the token the worker will call with. */
  readonly tokenHash: Uint8Array
  readonly protocol: number
  readonly generation: string
  readonly slots: number
  /** JSON text. */
  readonly hardware: string
  /** A live worker of another boot of this machine is refused until it was silent this long. */
  readonly silentMs?: number
}

export type Registered =
  | { readonly workerId: WorkerId; readonly again: boolean; readonly replaced?: WorkerId }
  | { readonly refused: 'worker_bound' }

/**
 * A worker comes. The same machine and boot again: the same row with the new token. Another boot of the machine: the old row
 * ends (`replaced`; its leases are for the caller to end as lost), unless it was heard of within `silentMs`.
 */
export async function register(writer: Writer, worker: NewWorker): Promise<Registered> {
  const row = await writer.first(sql`
    SELECT ${workers.select('w')}, v.seen_at AS seen_at, ${writer.nowMs} AS now_ms
    FROM worker w LEFT JOIN worker_live v ON v.worker_id = w.id
    WHERE w.instance = ${worker.instance} AND w.state <> ${workerStates.numberOf('ended')}
    ORDER BY w.id DESC LIMIT 1 ${lock(writer, 'update')}`)
  if (row === undefined) return { workerId: await insertWorker(writer, worker), again: false }

  const known = workers.read(row, 'w')
  if (known.bootHash.equals(bytes.read(worker.bootHash))) {
    await writer.run(sql`
      UPDATE worker SET token_hash = ${key32.write(bytes.read(worker.tokenHash))}, protocol = ${worker.protocol},
        slots = ${worker.slots}, hardware = ${Buffer.from(worker.hardware)}
      WHERE id = ${known.id}`)
    return { workerId: known.id, again: true }
  }
  const seenAt = maybe(int).read(row['seen_at'])
  const silentMs = worker.silentMs ?? limits.workerSilentMs
  const isAlive = seenAt !== null && int.read(row['now_ms']) - seenAt < silentMs
  if (isAlive) return { refused: 'worker_bound' }
  await endWorker(writer, known.id)
  return { workerId: await insertWorker(writer, worker), again: false, replaced: known.id }
}

async function insertWorker(writer: Writer, worker: NewWorker): Promise<WorkerId> {
  const id: WorkerId = writer.ids.next()
  await insertRows(writer, workers, [
    {
      id,
      fleetId: worker.fleetId,
      launchId: worker.launchId ?? noId(),
      state: 'registered',
      market: worker.market,
      drainReason: 'none',
      drainDeadline: 0,
      instance: worker.instance,
      bootHash: bytes.read(worker.bootHash),
      tokenHash: bytes.read(worker.tokenHash),
      protocol: worker.protocol,
      generation: worker.generation,
      bundleId: 0n,
      slots: worker.slots,
      hardware: worker.hardware,
      endedAt: null,
    },
  ])
  return id
}
