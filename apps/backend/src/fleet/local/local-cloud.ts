/**
 * Machines of the local fleet: child processes of one worker each, in their own process group, so that Ctrl-C does
 * not reach them before the drain does. A state file per child lets a restarted backend find what an earlier one
 * has left, and tell it from a stranger that got the same pid.
 */
import { spawn } from 'node:child_process'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatId, parseId, type LaunchId } from '@bp/contracts/ids'
import type { LocalFleetConfig } from '../../config/config.ts'
import type { Log } from '../../log.ts'
import type { FleetCloud, LaunchCall, Launched, Machine, PoolError } from '../fleet-cloud.ts'
import { processStart } from './process-start.ts'

export interface LocalCloudOptions {
  readonly dataFolder: string
  readonly fleet: LocalFleetConfig
  /** Where workers find this backend. */
  readonly backendUrl: string
  readonly secretOf: (launch: LaunchId) => string
  /** A child has ended: look at the fleet now, not at the next tick. */
  readonly onExit: () => void
  readonly log: Log
  /** After SIGTERM a child has this long before it is killed with all that it has started. */
  readonly endMs?: number
}

interface ChildState {
  readonly id: string
  readonly pid: number
  readonly start: string
  readonly startedAtMs: number
  readonly group: string
  readonly token: string
  readonly launch: string
  /** The backend and engine that it was told to use. */
  readonly backendUrl: string
  readonly engineUrl: string
}

const endMsUsual = 10_000
const tailBytes = 8_192

export async function openLocalCloud(options: LocalCloudOptions): Promise<FleetCloud> {
  const states = join(options.dataFolder, 'workers')
  const logs = join(options.dataFolder, 'logs')
  await mkdir(states, { recursive: true, mode: 0o700 })
  await mkdir(logs, { recursive: true, mode: 0o700 })
  const ending = new Map<string, Promise<void>>()

  const known = async (): Promise<readonly ChildState[]> => {
    const names = (await readdir(states)).filter(name => name.endsWith('.json')).slice(0, 1_000)
    const read = await Promise.all(names.map(name => readState(join(states, name))))
    return read.flatMap(state => state ?? [])
  }
  const isAlive = async (state: ChildState): Promise<boolean> =>
    (await processStart(state.pid)) === state.start
  const alive = async (): Promise<readonly ChildState[]> => {
    const all = await known()
    const lives = await Promise.all(all.map(isAlive))
    await Promise.all(
      all
        .filter((_, at) => lives[at] === false)
        .map(state => rm(join(states, `${state.id}.json`), { force: true })),
    )
    return all.filter((_, at) => lives[at])
  }

  // What an earlier backend has left goes on working here, unless it knows addresses that are gone: then nobody can
  // ever hear of it again, and its jobs must not wait until their leases have run out.
  for (const state of await alive()) {
    const isOurs =
      state.backendUrl === options.backendUrl && state.engineUrl === options.fleet.engineUrl
    if (!isOurs) kill(-state.pid, 'SIGKILL')
  }

  const launchOne = async (call: LaunchCall, launch: LaunchId): Promise<Launched | PoolError> => {
    const launchText = formatId('launch', launch)
    const logPath = join(logs, `worker-${launchText}.log`)
    const output = await open(logPath, 'a', 0o600)
    try {
      const child = spawn(process.execPath, [options.fleet.workerEntry, '--launch-stdin'], {
        detached: true,
        stdio: ['pipe', output.fd, output.fd],
        env: {
          ...options.fleet.env,
          // One arena for malloc and compiled code on disk: together they keep a worker below 120 MB and start it
          // 100 ms sooner (docs/generated/bench.md).
          MALLOC_ARENA_MAX: '2',
          NODE_COMPILE_CACHE: join(options.dataFolder, 'cache', 'worker'),
        },
      })
      const failed = new Promise<Error>(resolve => child.once('error', resolve))
      child.once('exit', options.onExit)
      child.stdin?.on('error', () => undefined)
      const { pid } = child
      if (pid === undefined) {
        const { message } = await failed
        return { az: 'local', code: 'spawn_failed', message }
      }
      child.unref()
      const start = (await processStart(pid)) ?? ''
      const id = `local-${pid}-${start.replaceAll(/\W+/g, '')}`
      const state: ChildState = {
        id,
        pid,
        start,
        startedAtMs: Date.now(),
        group: call.group,
        token: call.token,
        launch: launchText,
        backendUrl: options.backendUrl,
        engineUrl: options.fleet.engineUrl,
      }
      await writeState(join(states, `${id}.json`), state)
      // Only now it may register: whatever registers has a state file by which it can be found again.
      child.stdin?.end(
        `${JSON.stringify({
          url: options.backendUrl,
          stage: call.stage,
          fleet: call.fleet,
          launch: launchText,
          secret: options.secretOf(launch),
          engine_url: options.fleet.engineUrl,
          ...(options.fleet.engineFolder === undefined
            ? {}
            : { engine_folder: options.fleet.engineFolder }),
          instance: id,
          data_folder: join(options.dataFolder, 'workers', id),
        })}\n`,
      )
      options.log.info({ instance: id, log: logPath }, 'a local worker was started')
      return { id, launch }
    } finally {
      await output.close()
    }
  }

  const endOne = (state: ChildState, hurry: boolean): Promise<void> => {
    const before = ending.get(state.id)
    if (before !== undefined) return before
    const run = (async () => {
      kill(state.pid, 'SIGTERM')
      // The second signal makes a worker give its jobs back at once instead of finishing them.
      if (hurry) {
        await sleep(200)
        kill(state.pid, 'SIGTERM')
      }
      const untilMs = Date.now() + (options.endMs ?? endMsUsual)
      while (Date.now() < untilMs && (await isAlive(state))) await sleep(50)
      // The group and not the child alone: nothing that it has started may outlive it.
      if (await isAlive(state)) kill(-state.pid, 'SIGKILL')
      await rm(join(states, `${state.id}.json`), { force: true })
      await rm(join(states, state.id), { recursive: true, force: true })
      options.onExit()
    })().finally(() => ending.delete(state.id))
    ending.set(state.id, run)
    return run
  }

  return {
    launch: async call => {
      const mine = (await known()).filter(state => state.token === call.token)
      const machines: Launched[] = mine.map(state => ({
        id: state.id,
        launch: parseId('launch', state.launch),
      }))
      const errors: PoolError[] = []
      for (const launch of call.launches) {
        if (machines.some(machine => machine.launch === launch)) continue
        const made = await launchOne(call, launch)
        if ('code' in made) errors.push(made)
        else machines.push(made)
      }
      return { kind: 'done', machines, errors }
    },
    end: async (group, ids) => {
      const living = (await alive()).filter(state => state.group === group)
      return ids.map(id => {
        const state = living.find(one => one.id === id)
        if (state === undefined) return { id, result: 'gone' }
        endOne(state, false).catch((thrown: unknown) =>
          options.log.warn({ err: thrown, instance: id }, 'a local worker could not be ended'),
        )
        return { id, result: 'ending' }
      })
    },
    describe: async groups => {
      const living = await alive()
      return {
        atMs: Date.now(),
        groups: groups.map(group => ({
          group,
          machines: living
            .filter(state => state.group === group)
            .map((state): Machine => ({
              id: state.id,
              launch: parseId('launch', state.launch),
              startedAtMs: state.startedAtMs,
            })),
        })),
      }
    },
    consoleTail: async id => {
      const state = (await known()).find(one => one.id === id)
      return state === undefined ? null : readTail(join(logs, `worker-${state.launch}.log`))
    },
    gate: async () => undefined,
    prices: async () => [],
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled((await alive()).map(state => endOne(state, true)))
    },
  }
}

/** Whom the signal does not find has ended, which is what was wanted. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown
  }
}

/** Whole or not at all: a torn state file would make an orphan of its child. */
async function writeState(path: string, state: ChildState): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

async function readState(path: string): Promise<ChildState | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isState(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isState = (value: unknown): value is ChildState =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  ['id', 'start', 'group', 'token', 'launch', 'backendUrl', 'engineUrl'].every(
    key => typeof Reflect.get(value, key) === 'string',
  )

async function readTail(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path)
    const file = await open(path, 'r')
    try {
      const from = Math.max(0, size - tailBytes)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}
