/** The loops of one backend. Most of them may run anywhere, many times; scale, prune and publish lead by leases of their own. */
import { hostname } from 'node:os'
import { settle } from '@bp/store/jobs/settle'
import type { Context } from '../context.ts'
import { openCloudWatch } from '../fleet/cloud-watch.ts'
import type { FleetCloud } from '../fleet/fleet-cloud.ts'
import type { Scaler } from '../fleet/scale.ts'
import { abortUploads } from './abort-uploads.ts'
import { flushWorkers } from './flush-workers.ts'
import { createLeader, type Leader } from './leader.ts'
import { startLoop, type Loop } from './loop.ts'
import { lostWorkers } from './lost-workers.ts'
import { promote } from './promote.ts'
import { prune } from './prune.ts'
import { createPublisher, publishLeaseMs, publishLoop } from './publish-metrics.ts'
import { rehomeAll } from './rehome.ts'
import { sweep } from './sweep.ts'

export interface Fleet {
  readonly cloud: FleetCloud
  readonly leader: Leader
  readonly scaler: Scaler
}

export interface Loops extends AsyncDisposable {
  /** Stops scaling and ends the machines. */
  endFleet(): Promise<void>
}

/** Starts all loops. `openFleet` is called once; without a fleet nothing is scaled. */
export function startLoops(
  context: Context,
  openFleet: (wake: () => void) => Promise<Fleet | undefined>,
): Loops {
  const { health, log, hints } = context
  const startedMs = performance.now()
  const flush = startLoop({
    name: 'flush workers',
    everyMs: 5_000,
    tick: async () => {
      await flushWorkers(context)
      return undefined
    },
    health,
    log,
  })
  const offNews = context.liveWorkers.onNews(() => flush.wake())
  const pruneLeader = createLeader(context.store, 'prune', `${hostname()}:${process.pid}`)
  const loops: Loop[] = [
    startLoop({
      name: 'sweep',
      everyMs: 2_000,
      jitterMs: 500,
      tick: async signal => {
        await sweep(context, signal)
        return undefined
      },
      health,
      log,
    }),
    startLoop({ name: 'promote', everyMs: 1_000, tick: () => promote(context), health, log }),
    startLoop({
      name: 'settle',
      everyMs: 30_000,
      jitterMs: 3_000,
      tick: async () => {
        hints.changed(await context.store.write(writer => settle(writer, { limit: 100 })))
        return undefined
      },
      health,
      log,
    }),
    startLoop({
      name: 'rehome',
      everyMs: 15_000,
      jitterMs: 3_000,
      tick: async signal => {
        await rehomeAll(context, signal)
        return undefined
      },
      health,
      log,
    }),
    flush,
    startLoop({
      name: 'lost workers',
      everyMs: 5_000,
      jitterMs: 1_000,
      tick: async () => {
        await lostWorkers(context, performance.now() - startedMs)
        return undefined
      },
      health,
      log,
    }),
    startLoop({
      name: 'abort uploads',
      everyMs: 60_000,
      jitterMs: 10_000,
      tick: async signal => {
        await abortUploads(context, signal)
        return undefined
      },
      health,
      log,
    }),
    startLoop({
      name: 'prune',
      everyMs: 600_000,
      jitterMs: 60_000,
      tick: signal => prune(context, pruneLeader, signal),
      health,
      log,
    }),
  ]
  const publishLeader = createLeader(
    context.store,
    publishLoop,
    `${hostname()}:${process.pid}`,
    publishLeaseMs,
  )
  if (context.config.metrics === 'cloudwatch') {
    const publisher = createPublisher({
      context,
      cloudWatch: openCloudWatch(),
      leader: publishLeader,
      nowMs: Date.now,
    })
    loops.push(
      startLoop({
        name: publishLoop,
        everyMs: context.config.metricsEveryMs,
        tick: async signal => {
          await publisher.tick(signal)
          return undefined
        },
        health,
        log,
      }),
    )
  }
  let fleet: Promise<Fleet | undefined> | undefined
  let scale: Loop | undefined
  const wake = (): void => scale?.wake()
  fleet = openFleet(wake)
  scale = startLoop({
    name: 'scale',
    everyMs: 5_000,
    limitMs: 60_000,
    tick: async signal => {
      const found = await fleet
      const againMs = await found?.scaler.tick(signal)
      await found?.leader.ticked()
      return againMs
    },
    health,
    log,
  })
  const off = hints.onWork(wake)

  let ended: Promise<void> | undefined
  const endFleet = (): Promise<void> =>
    (ended ??= (async () => {
      off()
      await scale[Symbol.asyncDispose]()
      const found = await fleet.catch(() => undefined)
      await found?.cloud[Symbol.asyncDispose]()
      await found?.leader.resign()
    })())
  return {
    endFleet,
    [Symbol.asyncDispose]: async () => {
      offNews()
      await endFleet()
      await Promise.all(loops.map(loop => loop[Symbol.asyncDispose]()))
      await pruneLeader.resign()
      await publishLeader.resign()
    },
  }
}
