import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { Kept } from '../programs.ts'
import { until } from '../until.ts'
import { control, type TaskRun } from './events.ts'
import type { HostOptions } from './host-options.ts'
import { readImage, serviceOf, type ServiceName } from './images.ts'
import { shipLogs } from './log-shipper.ts'

/** What the network of AWS would lead to: the one thing that a task's environment is given beside its definition. */
type Injected = (task: {
  readonly port: number
  readonly data: string
}) => Readonly<Record<string, string>>

export interface TaskHost {
  /** Starts the process of a task and stays with it to its end. */
  onRun(task: TaskRun): Promise<void>
  onStopped(arn: string): Promise<void>
  /** The processes of a service that run now. */
  running(service: ServiceName): readonly Kept[]
}

export interface TaskHostOptions extends HostOptions {
  readonly injected: Readonly<Record<ServiceName, Injected>>
}

/** The paths that the load balancer asks, and the guard of the first answer. */
const checks = { backend: '/api/live', frontend: '/up' } as const
const startMsMax = 30_000
const container = { backend: 'backend', frontend: 'frontend' } as const

/**
 * Plays Fargate: a task becomes a real process of the assembled image, with the environment and the secrets of its task
 * definition. It counts as running when the load balancer's check answers, and ends with the process's own exit code.
 */
export function createTaskHost(options: TaskHostOptions): TaskHost {
  const { endpoint, folder, programs, cloud, injected, signal, say } = options
  const live = new Map<string, { readonly kept: Kept; readonly service: ServiceName }>()

  async function onRun(task: TaskRun): Promise<void> {
    const service = serviceOf(task.image)
    if (service === undefined) return say(`nobody plays the image ${task.image}`)
    const id = task.arn.slice(task.arn.lastIndexOf('/') + 1)
    const image = await readImage(folder, service)
    const port = await freePort()
    const data = join(folder, 'tasks', id)
    await mkdir(data, { recursive: true })
    const group = task.log['awslogs-group'] ?? ''
    const stream = `${task.log['awslogs-stream-prefix'] ?? ''}/${container[service]}/${id}`
    const shipper = shipLogs(cloud.logs, group, stream)
    const kept = programs.keep(
      `${service}-${id.slice(0, 8)}`,
      {
        program: process.execPath,
        args: [...image.args, ...task.command],
        env: {
          ...image.environment,
          ...task.environment,
          ...task.secrets,
          ...injected[service]({ port, data }),
        },
        cwd: data,
      },
      { onLine: line => shipper.add(line) },
    )
    live.set(task.arn, { kept, service })
    // A one-off task listens to nothing: it runs as soon as it is there.
    if (task.command.length > 0) await control(endpoint, `task/${task.arn}/running`, {})
    else await tellWhenHealthy(task, kept, `http://127.0.0.1:${port}${checks[service]}`)
    const code = await kept.ended
    live.delete(task.arn)
    // Its last words first: whoever sees the task stopped reads them.
    await shipper.close()
    if (!signal.aborted) await control(endpoint, `task/${task.arn}/exited`, { code: code ?? 137 })
  }

  /** Answers when the check of the load balancer does, or when the process has ended before. */
  async function tellWhenHealthy(task: TaskRun, kept: Kept, health: string): Promise<void> {
    await until(
      `${health} of ${kept.name}`,
      async () => (kept.hasEnded() || (await fetch(health)).ok ? true : undefined),
      { signal: AbortSignal.any([signal, AbortSignal.timeout(startMsMax)]), everyMs: 100 },
    )
    if (kept.hasEnded()) return
    const { hostname: host, port } = new URL(health)
    await control(endpoint, `task/${task.arn}/running`, { host, port: Number(port) })
  }

  return {
    onRun,
    onStopped: async arn => {
      await live.get(arn)?.kept.end()
    },
    running: wanted =>
      [...live.values()].flatMap(({ kept, service }) => (service === wanted ? [kept] : [])),
  }
}
