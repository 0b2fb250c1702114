import type { Emulator } from '../../start-emulator.ts'
import type { Cloud } from '../cloud.ts'
import { messageOf } from '../message-of.ts'
import type { Notebook } from '../notebook.ts'
import type { Programs } from '../programs.ts'
import { control, followEvents, type CloudEvent } from './events.ts'
import { createMachineHost, type MachineHost } from './machine-host.ts'
import { createTaskHost, type TaskHost } from './task-host.ts'

export interface Hosts extends AsyncDisposable {
  readonly tasks: TaskHost
  readonly machines: MachineHost
}

export interface HostsOptions {
  readonly emulator: Emulator
  readonly folder: string
  readonly programs: Programs
  readonly cloud: Cloud
  readonly notebook: Notebook
  /** How names of AWS are resolved. */
  readonly names: Readonly<Record<string, string>>
  readonly shell: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}

/** The clock of alarms runs faster in some steps, so that a minute there must hold a point all the same. */
const metricsEveryS = 0.8

/** Plays the tasks and machines that the emulator tells of, from now until it is disposed of. */
export async function createHosts(options: HostsOptions): Promise<Hosts> {
  const { emulator, notebook, names, say } = options
  const stop = new AbortController()
  const common = { ...options, endpoint: emulator.endpoint, signal: stop.signal }
  // What the role of a task or machine would bring: who it is, and where AWS is.
  const aws = Object.fromEntries(
    Object.entries(emulator.env).filter(([name]) => /^(AWS_|PATH$|LANG$)/.test(name)),
  )
  const tasks = createTaskHost({
    ...common,
    injected: {
      backend: ({ port, data }) => ({
        ...aws,
        BP_HOST: '127.0.0.1',
        BP_PORT: String(port),
        BP_FILES_PORT: '0',
        BP_DATA: data,
        BP_DATABASE_HOST: '127.0.0.1',
        BP_DATABASE_PORT: String(notebook.read('databasePort')),
        BP_DATABASE_CA: notebook.read('certificates').authorityFile,
        BP_REDIS_HOST: '127.0.0.1',
        BP_REDIS_PORT: String(notebook.read('cachePort')),
        BP_METRICS_EVERY_S: String(metricsEveryS),
        NODE_EXTRA_CA_CERTS: notebook.read('certificates').authorityFile,
      }),
      frontend: ({ port }) => ({ HOST: '127.0.0.1', PORT: String(port) }),
    },
  })
  const machines = createMachineHost({
    ...common,
    environment: () => ({ ...aws, ...names }),
    engineUrl: () => notebook.read('engine').url,
  })

  const play = (event: CloudEvent): Promise<void> => {
    switch (event.kind) {
      case 'task.run':
        return tasks.onRun(event)
      case 'task.stopped':
        return tasks.onStopped(event.arn)
      case 'instance.launched':
        return machines.onLaunched(event)
      case 'instance.terminated':
        return machines.onTerminated(event.id)
      case 'instance.waits':
        return Promise.resolve()
    }
  }
  await control(emulator.endpoint, 'tasks', { played: true })
  const following = followEvents(
    emulator.endpoint,
    event => {
      play(event).catch((error: unknown) => {
        if (!stop.signal.aborted)
          say(`      ${event.kind} could not be played: ${messageOf(error)}`)
      })
    },
    stop.signal,
  )
  return {
    tasks,
    machines,
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await following
      await Promise.all(machines.running().map(({ id }) => machines.onTerminated(id)))
      const services = [...tasks.running('backend'), ...tasks.running('frontend')]
      await Promise.all(services.map(kept => kept.end()))
    },
  }
}
