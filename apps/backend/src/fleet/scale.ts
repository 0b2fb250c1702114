/**
 * Scales the local fleet from zero and back to zero. What is decided stands in rows before it is asked of the cloud,
 * so a crash between leaves a row that explains a machine, never a machine without a row.
 *
 *   look (backlog, supply, machines) → settle rows with what is there → decide → rows → call → rows
 */
import type { LaunchEndReason } from '@bp/contracts/fleets'
import { brandId, type LaunchId, type WorkerId } from '@bp/contracts/ids'
import { decideLocal } from '@bp/domain/scaling/local-rule'
import { backlog } from '@bp/store/fleets/backlog'
import type { FleetRow } from '@bp/store/fleets/rows'
import { supply, type Supply, type SupplyWorker } from '@bp/store/fleets/supply'
import { mark, markCall } from '@bp/store/launches/mark'
import { plan } from '@bp/store/launches/plan'
import type { LaunchRow } from '@bp/store/launches/rows'
import { drain } from '@bp/store/workers/drain'
import { endWorker } from '@bp/store/workers/end'
import type { LocalFleetConfig } from '../config/config.ts'
import type { Context } from '../context.ts'
import type { Leader } from '../loops/leader.ts'
import { endWorkerLeases } from './end-worker-leases.ts'
import type { FleetCloud, Machine } from './fleet-cloud.ts'

/** The loop lease of the scaler; its last tick tells the fallback whether the scaler is able. */
export const scaleLoop = 'scale'

export interface Scaler {
  /** One round. Answers when to look again, in ms. */
  tick(signal: AbortSignal): Promise<number>
}

export interface ScalerOptions {
  readonly context: Context
  readonly cloud: FleetCloud
  readonly fleet: FleetRow
  readonly settings: LocalFleetConfig
  readonly leader: Leader
  readonly nowMs: () => number
}

/** A plan that was never sent is given up after this; nothing was asked, so nothing can come. */
const abandonedMs = 60_000
/** A machine must register, and then be ready, within this. */
const registerMs = 60_000
const readyMs = 120_000
/** While something is on its way it is looked at this often; a change wakes the loop anyway. */
const movingMs = 1_000
const restingMs = 5_000

export function createScaler(options: ScalerOptions): Scaler {
  const { context, cloud, fleet, settings, leader, nowMs } = options
  const { store, fleetFacts, log } = context
  const group = `${fleet.stage}-${fleet.slug}`
  const idleSince = new Map<WorkerId, number>()
  let bootFailures = { count: 0, lastMs: 0 }

  const endLaunch = async (row: LaunchRow, reason: LaunchEndReason): Promise<void> => {
    const tail = row.instance === null ? null : await cloud.consoleTail(row.instance)
    await leader.write(writer =>
      mark(writer, {
        id: row.id,
        to: 'ended',
        endReason: reason,
        ...(tail === null ? {} : { consoleTail: tail.slice(-4_000) }),
      }),
    )
    if (reason.startsWith('never_')) {
      bootFailures = { count: bootFailures.count + 1, lastMs: nowMs() }
      log.warn({ instance: row.instance, reason }, 'a worker did not start')
    }
  }

  const goneWorker = async (worker: SupplyWorker): Promise<void> => {
    const id = brandId<WorkerId>(worker.id)
    await store.write(writer => endWorker(writer, id))
    await endWorkerLeases(id, context)
    context.gate.callers.forgetWorker(id)
    context.liveWorkers.forget(id)
    idleSince.delete(id)
  }

  /** Holds the rows against what there is. True when something is on its way. */
  const settle = async (
    found: Supply,
    machines: readonly Machine[],
    databaseMs: number,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const isThere = (row: LaunchRow): boolean =>
      machines.some(machine => machine.launch === row.id || machine.id === row.instance)
    const toEnd = new Set<string>()
    let isMoving = false

    for (const row of found.launches) {
      const worker = found.workers.find(one => one.launchId === row.id)
      if (isThere(row)) {
        const isOver =
          worker === undefined
            ? row.registeredAt !== null
            : worker.state === 'drained' || worker.state === 'ended'
        const reason = bootFault(row, databaseMs)
        if (isOver || reason !== undefined) {
          if (row.instance !== null) toEnd.add(row.instance)
          if (reason !== undefined) await endLaunch(row, reason)
          isMoving = true
        } else if (row.state !== 'ready') isMoving = true
        continue
      }
      if (row.state === 'planned') {
        if (databaseMs - row.plannedAt > abandonedMs) await endLaunch(row, 'abandoned')
        continue
      }
      // No such machine any more: its rows are over, and what it held goes back into line.
      if (worker !== undefined) await goneWorker(worker)
      const reason = worker?.state === 'drained' ? 'drained' : goneReason(row)
      await endLaunch(row, reason)
      isMoving = true
    }
    // Machines that no open row explains: left by an earlier backend, or by a call whose answer was lost.
    for (const machine of machines)
      if (!found.launches.some(row => row.id === machine.launch)) toEnd.add(machine.id)
    if (toEnd.size > 0) await cloud.end(group, [...toEnd], signal)
    return isMoving || toEnd.size > 0
  }

  const launch = async (count: number, signal: AbortSignal): Promise<void> => {
    const planned = await leader.write((writer, epoch) =>
      plan(writer, {
        fleetId: fleet.id,
        epoch,
        cell: 'local',
        group,
        market: 'local',
        az: 'local',
        count,
        request: '{}',
        generation: fleet.generation,
        instanceType: 'local',
        priceMicroHour: 0,
        ami: '',
      }),
    )
    if (planned === undefined) return
    const sent = await leader.write(async writer => {
      await markCall(writer, { id: planned.callId, state: 'requested' })
      for (const id of planned.launchIds) await mark(writer, { id, to: 'requested' })
      return true
    })
    if (sent !== true) return
    const outcome = await cloud.launch(
      {
        token: planned.token,
        group,
        stage: fleet.stage,
        fleet: fleet.slug,
        market: 'local',
        az: 'local',
        launches: planned.launchIds,
      },
      signal,
    )
    const started =
      outcome.kind === 'done'
        ? new Map(outcome.machines.map(machine => [machine.launch, machine.id]))
        : new Map<LaunchId | undefined, string>()
    if (outcome.kind === 'unknown') return
    await leader.write(async writer => {
      for (const id of planned.launchIds) {
        const instance = started.get(id)
        await mark(
          writer,
          instance === undefined
            ? { id, to: 'ended', endReason: 'refused' }
            : { id, to: 'launched', instance },
        )
      }
      await markCall(writer, {
        id: planned.callId,
        state: started.size > 0 ? 'done' : 'failed',
      })
    })
    if (started.size < planned.launchIds.length)
      bootFailures = { count: bootFailures.count + 1, lastMs: nowMs() }
  }

  const drainWorkers = async (ids: readonly WorkerId[], signal: AbortSignal): Promise<void> => {
    for (const workerId of ids) {
      const drained = await store.write(writer => drain(writer, { workerId, reason: 'idle' }))
      context.gate.callers.forgetWorker(workerId)
      context.dispatcher.dismiss(workerId)
      idleSince.delete(workerId)
      if (drained?.state !== 'drained') continue
      const found = await store.read(reader => supply(reader, fleet.id))
      const worker = found.workers.find(one => one.id === workerId)
      // The transaction has proven that it holds nothing, so it may be ended without asking it.
      if (worker !== undefined) await cloud.end(group, [worker.instance], signal)
    }
  }

  /** Workers see the engine; without any nobody knows, and the last word stays. */
  const sayEngine = async (): Promise<void> => {
    const { isEngineAway } = await fleetFacts.of(fleet.id)
    context.health.say(
      isEngineAway
        ? { name: 'engine', status: 'warn', text: 'It does not answer; jobs wait until it does.' }
        : { name: 'engine', status: 'ok', text: 'It answers the workers.' },
    )
  }

  return {
    tick: async signal => {
      if (!(await leader.lead())) return restingMs
      const { found, waits, databaseMs } = await store.read(async reader => ({
        found: await supply(reader, fleet.id),
        waits: await backlog(reader, fleet.id),
        databaseMs: await reader.now(),
      }))
      const { groups } = await cloud.describe([group], signal)
      const isMoving = await settle(found, groups[0]?.machines ?? [], databaseMs, signal)

      const now = nowMs()
      const ready = found.workers.filter(worker => worker.state === 'ready')
      if (ready.length > 0) {
        bootFailures = { count: 0, lastMs: 0 }
        await sayEngine()
      }
      const idle = ready
        .filter(worker => worker.leases === 0)
        .map(worker => brandId<WorkerId>(worker.id))
      for (const id of idleSince.keys()) if (!idle.includes(id)) idleSince.delete(id)
      for (const id of idle) if (!idleSince.has(id)) idleSince.set(id, now)
      const registered = new Set(found.workers.map(worker => worker.launchId))

      const decision = decideLocal({
        nowMs: now,
        waiting: waits.ready,
        supply: {
          idle: idle.map(workerId => ({
            workerId,
            idleSinceMs: Math.max(
              idleSince.get(workerId) ?? now,
              context.dispatcher.lastBusyMs(workerId) ?? 0,
            ),
          })),
          busy: ready.length - idle.length,
          booting:
            found.byState.registered +
            found.launches.filter(row => !registered.has(row.id) && row.registeredAt === null)
              .length,
        },
        max: settings.workersMax,
        idleMs: settings.idleMs,
        bootFailures,
      })
      fleetFacts.decided(fleet.id, decision.text)
      if (decision.launch > 0) {
        log.info({ launch: decision.launch, text: decision.text }, 'the local fleet grows')
        await launch(decision.launch, signal)
      }
      if (decision.drain.length > 0) {
        log.info({ drain: decision.drain.length, text: decision.text }, 'the local fleet shrinks')
        await drainWorkers(decision.drain, signal)
      }
      const hasActed = decision.launch > 0 || decision.drain.length > 0
      if (hasActed || isMoving) fleetFacts.forget()
      const restMs = hasActed || isMoving || waits.ready > 0 ? movingMs : restingMs
      return Math.max(50, Math.min(restMs, decision.lookAgainMs ?? restMs))
    },
  }
}

/** A boot that takes too long, by the row's own times. */
function bootFault(row: LaunchRow, databaseMs: number): LaunchEndReason | undefined {
  if (row.registeredAt === null)
    return row.launchedAt !== null && databaseMs - row.launchedAt > registerMs
      ? 'never_registered'
      : undefined
  return row.readyAt === null && row.drainingAt === null && databaseMs - row.registeredAt > readyMs
    ? 'never_ready'
    : undefined
}

/** Why a machine is gone, by how far it had come. */
function goneReason(row: LaunchRow): LaunchEndReason {
  if (row.drainingAt !== null) return 'drained'
  if (row.registeredAt === null) return 'never_registered'
  return row.readyAt === null ? 'never_ready' : 'vanished'
}
