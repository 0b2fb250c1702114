/** Starts a whole backend: database, files, fleet, loops. Used by `bin/backend.ts` and by whoever embeds it. */
import { mkdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { names } from '@bp/contracts/names'
import { runTimes } from '@bp/store/effects/run-times'
import { ensure } from '@bp/store/fleets/ensure'
import { assertSchemaCurrent, migrate } from '@bp/store/migrate'
import { openStore } from '@bp/store/open-store'
import type { Store } from '@bp/store/store'
import { ensureOwner } from '@bp/store/users/ensure-owner'
import { buildApp } from './app.ts'
import type { BackendConfig } from './config/config.ts'
import type { BackendSecrets } from './config/secrets.ts'
import type { Context } from './context.ts'
import { createCounters } from './dispatch/counters.ts'
import { createDispatcher } from './dispatch/dispatcher.ts'
import { createLiveWorkers } from './dispatch/live-workers.ts'
import { openHints } from './dispatch/open-hints.ts'
import { createWaiters } from './dispatch/waiters.ts'
import { createUsualRuns } from './effects/usual-runs.ts'
import { createFleetFacts } from './fleet/fleet-facts.ts'
import { openLocalCloud } from './fleet/local/local-cloud.ts'
import { openPointers } from './fleet/pointers/open-pointers.ts'
import { createScaler, scaleLoop } from './fleet/scale.ts'
import { openFleetSecrets } from './fleet/secrets/fleet-secrets.ts'
import { createHealth } from './health.ts'
import { createCallers, launchSecret } from './http/caller.ts'
import { placesOf } from './http/host-origin.ts'
import { createRateLimiter } from './http/rate-limit.ts'
import { createStreams } from './http/streams.ts'
import { createLog } from './log.ts'
import { createLeader } from './loops/leader.ts'
import { startLoops } from './loops/start-loops.ts'
import { openMedia } from './media/media.ts'
import { mediaParts } from './objects/media-parts.ts'
import { openObjectStore } from './objects/open-object-store.ts'
import { makeOwnerLink } from './routes/links/create.ts'
import { createSchemaCheck } from './schema-check.ts'
import { seedEffects } from './seeds/seed-effects.ts'

/** Newest jobs that tell how long effects usually take. */
const usualRunsWindow = 500

export interface Backend extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly context: Context
  /** Answers `/api/*` and `/metrics`. For embedding behind a front door of one's own. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void
  /** Origin of the files, as pages must allow it. */
  readonly filesUrl: string
  /** Origin that files are sent to; often the same. */
  readonly uploadsUrl: string
  /** A fresh one-time link that signs the owner in. */
  makeLink(): Promise<{ readonly url: string; readonly expiresAtMs: number }>
  /**
   * Ends in order: no new requests, workers give back what they run, polls and streams are answered, requests under
   * way finish (20 s at most), files, loops and database close. Safe to call twice.
   */
  close(): Promise<void>
}

/**
 * Opens everything and answers when requests can be served. Whatever fails on the way is closed again, then thrown.
 * With SQLite the schema is brought up to date here; a shared database is migrated by `backend migrate` alone.
 */
export async function startBackend(
  config: BackendConfig,
  secrets: BackendSecrets,
): Promise<Backend> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const logger = createLog(config.logLevel, config.logFile)
  const nowMs = Date.now
  await using stack = new AsyncDisposableStack()

  const store = stack.use(await openStore(config.database))
  if (store.dialect === 'sqlite') await migrate(store, { app: config.version })
  else await store.read(reader => assertSchemaCurrent(reader))
  await store.claimSlot()
  // In a cloud this process is no machine of a fleet: there an admin makes the fleets.
  const isMachine = config.localFleet !== undefined || config.pointers === 'database'
  const fleet = !isMachine
    ? undefined
    : await store.write(writer =>
        ensure(writer, {
          ...names.localFleet,
          stage: 'production',
          name: 'This machine',
          dials: JSON.stringify({ max: config.localFleet?.workersMax ?? 1 }),
          generation: 'local',
          bareGraphs: true,
        }),
      )
  const owner = await store.write(writer =>
    ensureOwner(writer, { name: 'Owner', email: 'owner@localhost' }),
  )
  const places = placesOf(config)
  const objects = stack.use(
    await openObjectStore({ config, secrets, appOrigins: places.origins, nowMs, log: logger }),
  )
  const closingNow = new AbortController()
  const counters = createCounters()
  const health = createHealth(nowMs)
  for (const part of mediaParts(config.media)) health.say(part)
  const hints = stack.use(
    await openHints({ redis: config.redis, token: secrets.redisToken, health, log: logger }),
  )
  const dispatcher = stack.use(
    createDispatcher({ store, waiters: createWaiters(), hints, counters, log: logger }),
  )
  const context: Context = {
    config,
    secrets,
    store,
    schema: createSchemaCheck(store, nowMs),
    objects,
    media: stack.use(openMedia({ log: logger })),
    hints,
    dispatcher,
    liveWorkers: createLiveWorkers(() => performance.now()),
    fleetFacts: createFleetFacts(store, nowMs),
    pointers: openPointers(config, store),
    usualRuns: createUsualRuns(
      () => store.read(reader => runTimes(reader, { window: usualRunsWindow })),
      nowMs,
    ),
    counters,
    health,
    gate: {
      callers: createCallers({
        store,
        secrets,
        fleetSecrets: openFleetSecrets(config, secrets, {
          health,
          log: logger,
          nowMs: () => performance.now(),
        }),
        publicPort: portOf(config.publicUrl),
        localOwner: config.localAnonymous ? owner.id : undefined,
        nowMs,
      }),
      places,
      rates: createRateLimiter(config.rateFactor, nowMs),
    },
    streams: createStreams(),
    log: logger,
    closing: closingNow.signal,
    ownerId: owner.id,
  }
  if (config.effectsFolder !== undefined) await seedEffects(config.effectsFolder, context)

  const app = await buildApp(context, { logger })
  stack.defer(() => app.close())

  const loops = startLoops(context, scalerOf)
  stack.defer(() => loops[Symbol.asyncDispose]())
  const opened = stack.move()

  async function scalerOf(wake: () => void) {
    const settings = config.localFleet
    if (settings === undefined || fleet === undefined) return undefined
    const cloud = await openLocalCloud({
      dataFolder: config.dataFolder,
      fleet: settings,
      backendUrl: config.publicUrl,
      secretOf: launch => launchSecret(secrets.appKey, launch),
      onExit: wake,
      log: logger,
    })
    const leader = createLeader(store, scaleLoop, `${hostname()}:${process.pid}`)
    return {
      cloud,
      leader,
      scaler: createScaler({ context, cloud, fleet, settings, leader, nowMs }),
    }
  }

  const requests = countRequests()
  let closing: Promise<void> | undefined
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      // Workers first, while their calls are still answered: they give back what they run.
      await loops.endFleet()
      closingNow.abort()
      context.streams.endAll()
      await dispatcher.close()
      await requests.settled(requestMsMax)
      await opened.disposeAsync()
    })())

  return {
    app,
    context,
    handleRequest: (request, response) => {
      requests.add(response)
      app.routing(request, response)
    },
    filesUrl: objects.origin,
    uploadsUrl: objects.uploadOrigin,
    makeLink: () => makeOwnerLink(context),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Requests under way get this long to end when the backend closes. */
const requestMsMax = 20_000

function countRequests() {
  const open = new Set<ServerResponse>()
  return {
    add: (response: ServerResponse): void => {
      open.add(response)
      response.once('close', () => open.delete(response))
    },
    settled: async (limitMs: number): Promise<void> => {
      const untilMs = performance.now() + limitMs
      while (open.size > 0 && performance.now() < untilMs) await sleep(20)
    },
  }
}

const portOf = (address: string): string => {
  const url = new URL(address)
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
}

/** A server of one's own for a backend, with the times that a load balancer in front of it needs. */
export async function listenFor(
  backend: Pick<Backend, 'handleRequest'>,
  config: Pick<BackendConfig, 'host' | 'port'>,
): Promise<Server> {
  const server = createServer((request, response) => backend.handleRequest(request, response))
  // Longer than a load balancer's idle time (120 s): else it sends into a socket that is just closing.
  server.keepAliveTimeout = 125_000
  server.headersTimeout = 130_000
  // Long polls and streams have limits of their own.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, resolve)
  })
  return server
}

/** Brings a database to the schema of this release. Answers what was applied. */
export async function migrateDatabase(config: BackendConfig): Promise<readonly string[]> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  await using store: Store = await openStore(config.database)
  return (await migrate(store, { app: config.version })).applied
}
