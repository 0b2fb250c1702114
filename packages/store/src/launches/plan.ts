import type { JobId, LaunchId } from '@bp/contracts/ids'
import type { WorkerMarket } from '@bp/contracts/workers'
import { insertRows } from '../insert-rows.ts'
import { noId } from '../row.ts'
import type { Writer } from '../store.ts'
import { launchCalls, launches } from './rows.ts'

export interface NewLaunchCall {
  readonly fleetId: number
  /** Epoch of the leader that decided. */
  readonly epoch: number
  readonly cell: string
  readonly group: string
  readonly market: WorkerMarket
  readonly az: string
  readonly count: number
  /** JSON text, sent byte for byte again when the call is repeated. `{token}` within it is filled in. */
  readonly request: string
  readonly generation: string
  readonly instanceType: string
  readonly priceMicroHour: number
  readonly ami: string
  readonly forJob?: JobId
}

export interface PlannedCall {
  readonly callId: LaunchId
  readonly token: string
  readonly launchIds: readonly LaunchId[]
}

/** Records a call and its machines before anything is asked of the cloud: a crash between leaves rows, never an unknown machine. */
export async function plan(writer: Writer, call: NewLaunchCall): Promise<PlannedCall> {
  if (call.count < 1 || call.count > machinesMax) {
    throw new RangeError(`${call.count} machines; 1 … ${machinesMax} in one call`)
  }
  const now = await writer.now()
  const callId: LaunchId = writer.ids.next()
  const token = `bp-${call.cell}-${callId}-1`
  await insertRows(writer, launchCalls, [
    {
      id: callId,
      fleetId: call.fleetId,
      epoch: call.epoch,
      token,
      cell: call.cell,
      launchGroup: call.group,
      market: call.market,
      az: call.az,
      count: call.count,
      request: call.request.replaceAll('{token}', token),
      state: 'planned',
      tries: 0,
      plannedAt: now,
      sentAt: null,
      endedAt: null,
      errorCode: null,
    },
  ])
  const launchIds = Array.from({ length: call.count }, (): LaunchId => writer.ids.next())
  await insertRows(
    writer,
    launches,
    launchIds.map(id => ({
      id,
      callId,
      fleetId: call.fleetId,
      origin: 'scaler',
      instance: null,
      cell: call.cell,
      market: call.market,
      az: call.az,
      instanceType: call.instanceType,
      priceMicroHour: call.priceMicroHour,
      ami: call.ami,
      generation: call.generation,
      state: 'planned',
      forJob: call.forJob ?? noId<JobId>(),
      plannedAt: now,
      requestedAt: null,
      launchedAt: null,
      registeredAt: null,
      readyAt: null,
      drainingAt: null,
      endedAt: null,
      endReason: 'none',
      consoleTail: null,
    })),
  )
  return { callId, token, launchIds }
}

const machinesMax = 100
