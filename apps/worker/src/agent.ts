/**
 * The agent: registers, asks for work, runs it, and ends when it is told to. Its life is the table in `modes.ts`;
 * `happen` is the only place where the mode changes.
 *
 * It asks for nothing while its engine is away, and says so: a job that waits should know why.
 */
import { ApiProblem } from '@bp/client'
import type { Directive } from '@bp/contracts/leases'
import type { Lease } from '@bp/contracts/shapes/leases'
import type { Registered } from '@bp/contracts/shapes/workers'
import { workerProtocol, type WorkerHealth, type WorkerPhase } from '@bp/contracts/workers'
import { startBeats, type Beats } from './beats.ts'
import { engineHttp } from './comfy/http.ts'
import { nodeClasses } from './comfy/object-info.ts'
import { enginePresence } from './comfy/presence.ts'
import { engineSocket } from './comfy/socket.ts'
import type { Config, Secrets } from './config/config.ts'
import { diskFreeBytes, hardwareOf } from './host/machine.ts'
import { openWorkFolder } from './host/work-folder.ts'
import { Connections } from './http-exchange.ts'
import { leaseAsker, type LeaseAsker } from './lease-loop.ts'
import { reasonOf, type Log } from './log.ts'
import { loadPictureTool, type PictureTool } from './media/picture.ts'
import { modeAfter, type AgentEvent, type Mode } from './modes.ts'
import { callMs, openPlane, type Plane } from './plane.ts'
import { runJob, type JobTools } from './run-job.ts'
import { startStateLine, type StateLine } from './state-line.ts'
import { backoffMs, pause } from './waiting.ts'

export interface AgentOptions {
  readonly config: Config
  readonly secrets: Secrets
  readonly log: Log
  /** Names and versions of what runs here, e.g. `{ agent: '0.1.0', node: '24.21.0' }`. */
  readonly versions: Readonly<Record<string, string>>
  /** Told of every change of mode. */
  readonly onMode?: (mode: Mode) => void
  readonly times?: AgentTimes
}
/** Shorter ones make tests quick; production leaves them alone. */
interface AgentTimes {
  readonly engineAwayMs?: number
  readonly engineLookMs?: number
  readonly unreachedMs?: number
}

/** Why an agent ended. */
export type AgentEnd =
  /** It was told to, and everything it held was finished or given back. */
  | 'stopped'
  /** The backend will not have it: wrong secret, unknown fleet, another protocol. */
  | 'refused'
  /** Idle, and the backend was not reached for a quarter of an hour. */
  | 'unreached'

export interface Agent {
  mode(): Mode
  /** Finishes what runs, takes nothing new, then ends. */
  drain(): void
  /** Stops what runs, gives it back, and ends. */
  stop(): void
  /** Lives until the end. Throws only when its own data folder cannot be used. */
  run(): Promise<AgentEnd>
}

// Nobody pays for a machine that nobody can reach.
const unreachedMsMax = 900_000
const firstLookMs = 150
const idleLoadMs = 1_000
const retryMsFirst = 200
const retryMsMost = 5_000

/** The backend said no, and will say it again. */
class AgentRefused extends Error {
  constructor(problem: ApiProblem) {
    super(`the backend refuses: ${problem.code}, ${problem.message}`, { cause: problem })
    this.name = 'AgentRefused'
  }
}

export function createAgent(options: AgentOptions): Agent {
  const { config, secrets, log } = options
  const startedAt = performance.now()
  let mode: Mode = 'starting'
  let beats: Beats | undefined
  let token: AbortController = new AbortController()
  // What only waits (a poll, a pause, an engine that starts) ends at the first word of a drain; a running job does not.
  const waits = new AbortController()
  let announceDrain = () => {}
  let stateLine: StateLine | undefined

  const happen = (event: AgentEvent): boolean => {
    const next = modeAfter(mode, event)
    if (next === undefined) return false
    log.info('agent.mode', { mode: next, by: event })
    mode = next
    options.onMode?.(next)
    stateLine?.look()
    return true
  }
  const isEnding = () => mode === 'draining' || mode === 'stopped'
  const drain = () => {
    if (!happen('drain')) return
    waits.abort()
    announceDrain()
  }
  const stop = () => {
    for (const held of beats?.held() ?? []) held.stop({ kind: 'shutdown' })
    if (happen('stop')) waits.abort()
  }
  const follow = (directives: readonly Directive[]) => {
    // With one slot and nothing taken ahead, "retire when idle" and "drain" are the same.
    if (directives.includes('stop')) stop()
    else if (directives.length > 0) drain()
  }
  /** Makes a call until it is answered, the agent ends, or the token is gone. */
  const persist = async <T>(
    what: string,
    signal: AbortSignal,
    call: () => Promise<T>,
  ): Promise<T | undefined> => {
    const giveUpAt = performance.now() + (options.times?.unreachedMs ?? unreachedMsMax)
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        return await call()
      } catch (error) {
        if (signal.aborted) return undefined
        if (error instanceof ApiProblem) {
          if (error.code === 'worker_token_wrong') {
            token.abort()
            return undefined
          }
          const mayPass =
            error.status >= 500 || error.status === 429 || error.code === 'worker_bound'
          if (!mayPass && error.code !== 'worker_busy') throw new AgentRefused(error)
        }
        if (tries === 0) log.warn('backend.unanswered', { what, reason: reasonOf(error) })
        if (performance.now() > giveUpAt) throw error
        const asked = error instanceof ApiProblem ? (error.retryAfterMs ?? 0) : 0
        await pause(Math.max(asked, backoffMs(tries, retryMsFirst, retryMsMost)), signal)
      }
    }
    return undefined
  }

  const run = async (): Promise<AgentEnd> => {
    using line = startStateLine({ isBusy: () => (beats?.held().length ?? 0) > 0, log })
    stateLine = line
    using connections = new Connections()
    const engine = engineHttp(config.engineUrl, connections)
    using presence = enginePresence({
      engine,
      log,
      ...(options.times?.engineLookMs === undefined
        ? {}
        : { everyMs: options.times.engineLookMs, awayEveryMs: options.times.engineLookMs }),
    })
    using socket = engineSocket({ url: config.engineUrl, log })
    const classes = nodeClasses(engine)
    await using work = await openWorkFolder(config.dataFolder)
    const workFolder = work.path
    let diskFree = await diskFreeBytes(workFolder)
    let pictureTool: Promise<PictureTool> | undefined
    let isEngineDoubted = false
    const tools: Omit<JobTools, 'plane'> = {
      connections,
      engine,
      socket,
      classes,
      log,
      workFolder,
      pictureTool: () => (pictureTool ??= loadPictureTool()),
      baseUrl: config.url,
      engineFolder: config.engineFolder,
      onEngineDoubt: () => {
        isEngineDoubted = true
      },
      ...(options.times?.engineAwayMs === undefined
        ? {}
        : { engineAwayMs: options.times.engineAwayMs }),
    }
    presence.listen(() => classes.forget())
    const healthNow = (): WorkerHealth => (presence.state() === 'up' ? 'good' : 'engine_away')

    /** One life under one token: from a registration to its loss, or to the end of the agent. */
    const liveOnce = async (): Promise<void> => {
      const registered = await register()
      if (registered === undefined || !happen('registered')) return
      const plane = openPlane(config.url, registered.token)
      token = new AbortController()
      const idle = AbortSignal.any([waits.signal, token.signal])
      using ownBeats = startBeats({
        plane,
        log,
        beatEveryMs: registered.config.beat_every_ms,
        host: () => ({
          rss_bytes: process.memoryUsage.rss(),
          ...(diskFree === null ? {} : { disk_free_bytes: diskFree }),
          engine: presence.state(),
        }),
        onDirectives: follow,
        onTokenLost: () => token.abort(),
      })
      beats = ownBeats
      // For those who watch; nothing waits for it.
      announceDrain = () => {
        const body = { phase: 'draining' as const, took_ms: null, health: healthNow() }
        plane.workers.phase({ body, timeoutMs: callMs.beat }).catch(() => undefined)
      }
      const asker = leaseAsker({ plane, log })
      const jobTools = { ...tools, plane }

      const reportPhase = (phase: WorkerPhase, signal: AbortSignal) =>
        persist(`phase ${phase}`, signal, async () => {
          const body = {
            phase,
            took_ms: Math.round(performance.now() - startedAt),
            health: healthNow(),
          }
          const answer = await plane.workers.phase({ body, signal, timeoutMs: callMs.other })
          follow(answer.directives)
          return answer
        })
      /** Says that there is no engine, keeps saying that we live, and waits for it. */
      const awaitEngine = async (): Promise<void> => {
        // At a start the first look at the engine is on its way: worth a moment before anything is said.
        await presence.up(AbortSignal.any([idle, AbortSignal.timeout(firstLookMs)]))
        if (presence.state() === 'up') return
        ownBeats.stayHeard(true)
        await reportPhase('engine', idle)
        await presence.up(idle)
        ownBeats.stayHeard(false)
      }
      const runAll = async (leases: readonly Lease[]): Promise<void> => {
        await Promise.all(
          leases.map(async lease => {
            const held = ownBeats.hold(lease)
            line.look()
            await runJob(held, jobTools)
            ownBeats.drop(held)
            line.look()
          }),
        )
        diskFree = await diskFreeBytes(workFolder)
      }

      let isReady = false
      while (!idle.aborted) {
        if (isEngineDoubted) {
          // Else the job that was just given back would be taken again, and fail again, until the next look.
          isEngineDoubted = false
          await presence.lookNow(idle)
        }
        if (presence.state() !== 'up') {
          isReady = false
          await awaitEngine()
          continue
        }
        if (!isReady) {
          isReady = (await reportPhase('ready', idle)) !== undefined
          if (!isReady) continue
          // Loaded once nothing else is to be done; a job that comes sooner loads it while the engine works.
          void pause(idleLoadMs, idle)
            .then(() => (idle.aborted ? undefined : tools.pictureTool()))
            .catch(() => {})
        }
        await askAndRun(asker, idle, runAll)
      }
      if (token.signal.aborted && !isEnding()) {
        happen('token_lost')
        return
      }
      await leave(plane, asker, ownBeats)
    }

    const register = async (): Promise<Registered | undefined> => {
      const bootId = crypto.randomUUID()
      const answer = await persist('register', waits.signal, async () => {
        const facts = presence.facts()
        const registrar = openPlane(config.url, await secrets.fleetSecret())
        return registrar.workers.register({
          body: {
            stage: config.stage,
            fleet: config.fleet,
            launch: config.launch,
            instance: config.instance,
            boot_id: bootId,
            protocol: workerProtocol.max,
            versions: { ...options.versions, ...facts?.versions },
            hardware: await hardwareOf(workFolder, facts),
            slots: 1,
            machine: config.machine,
          },
          signal: waits.signal,
          timeoutMs: callMs.other,
        })
      })
      if (answer !== undefined)
        log.info('agent.registered', {
          worker: answer.worker,
          tookMs: Math.round(performance.now() - startedAt),
        })
      return answer
    }

    /** One poll and what it brought. Ends early when the engine goes away meanwhile. */
    const askAndRun = async (
      asker: LeaseAsker,
      idle: AbortSignal,
      runAll: (leases: readonly Lease[]) => Promise<void>,
    ): Promise<void> => {
      if (!happen('asking')) return
      const engineGone = new AbortController()
      const unlisten = presence.listen(state => {
        if (state !== 'up') engineGone.abort()
      })
      try {
        const signal = AbortSignal.any([idle, engineGone.signal])
        const answer = await persist('lease', signal, () => asker.ask(healthNow(), signal))
        unlisten()
        const leases = answer?.leases ?? (idle.aborted ? [] : await asker.settle())
        // A drain may have come with the very answer that brought a lease: it is run all the same, then we end.
        if (leases.length > 0) {
          happen('granted')
          if (answer !== undefined) follow(answer.directives)
          await runAll(leases)
          happen('ended')
          return
        }
        happen('nothing')
        if (answer === undefined) return
        follow(answer.directives)
        await pause(answer.ask_again_ms, idle)
      } finally {
        unlisten()
      }
    }

    /** Gives back what a called-off poll may have been granted, then says that nothing is held. */
    const leave = async (plane: Plane, asker: LeaseAsker, ownBeats: Beats): Promise<void> => {
      const soon = AbortSignal.timeout(leaveMsMax)
      const late = await asker.settle()
      if (late.length > 0)
        await plane.leases
          .release({
            body: {
              leases: late.map(({ job, epoch, secret }) => ({
                job,
                epoch,
                secret,
                reason: 'drain' as const,
              })),
            },
            signal: soon,
          })
          .catch(() => undefined)
      ownBeats.stayHeard(false)
      await persist('drained', soon, () =>
        plane.workers.drained({ signal: soon, timeoutMs: callMs.other }),
      ).catch(error => log.warn('agent.drained_refused', { reason: reasonOf(error) }))
      happen('drained')
    }

    happen('begun')
    try {
      while (!isEnding()) await liveOnce()
      if (mode === 'draining') happen('drained')
      return 'stopped'
    } catch (error) {
      const isRefused = error instanceof AgentRefused
      log.warn('agent.given_up', { reason: reasonOf(error) })
      for (const held of beats?.held() ?? []) held.stop({ kind: 'shutdown' })
      happen('stop')
      return isRefused ? 'refused' : 'unreached'
    }
  }

  return { mode: () => mode, drain, stop, run }
}

/** Leaving may not take longer than a supervisor's patience. */
const leaveMsMax = 8_000
