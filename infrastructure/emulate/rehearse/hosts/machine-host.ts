import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { startImds } from '@bp/testkit/imds'
import { repositoryRoot } from '../places.ts'
import type { Kept } from '../programs.ts'
import type { InstanceLaunched } from './events.ts'
import type { HostOptions } from './host-options.ts'
import { shipLogs } from './log-shipper.ts'

interface Machine {
  readonly id: string
  readonly worker: Kept
}

export interface MachineHost {
  /** Boots a machine and stays with it to its end. */
  onLaunched(instance: InstanceLaunched): Promise<void>
  onTerminated(id: string): Promise<void>
  running(): readonly Machine[]
}

export interface MachineHostOptions extends HostOptions {
  /** Of a process that a machine starts, beside what its user data says. */
  readonly environment: () => Readonly<Record<string, string>>
  readonly engineUrl: () => string
  readonly shell: Readonly<Record<string, string>>
}

const worker = join(repositoryRoot, 'apps/worker/bin/worker.ts')
/** As the unit of the image does after a refusal, which a corrected secret ends; sooner, so that nobody waits for it. */
const restartMs = 2_000

/**
 * Plays EC2: each machine of a group becomes a real worker process. Its user data is really run, in a folder of its own;
 * what systemd would start from there is started here, with an instance metadata service that knows its identity.
 */
export function createMachineHost(options: MachineHostOptions): MachineHost {
  const { folder, programs, cloud, signal, say } = options
  const live = new Map<string, Machine>()
  /** A machine may go while it still boots. */
  const gone = new Set<string>()

  async function onLaunched(instance: InstanceLaunched): Promise<void> {
    const root = join(folder, 'machines', instance.id)
    const told = await boot(options, root, instance.user_data)
    const stage = told['BP_WORKER_STAGE'] ?? ''
    if (!stages.has(stage)) return say(`machine ${instance.id} was told no stage`)
    const secretFile = join(root, 'run/bp/fleet-secret')
    await fetchSecret(options, root, told)
    const imds = await startImds({
      instanceId: instance.id,
      instanceType: instance.type,
      az: instance.az,
      lifeCycle: instance.market === 'spot' ? 'spot' : 'on-demand',
    })
    const shipper = shipLogs(
      cloud.logs,
      names.logGroups.workers(told['BP_WORKER_FLEET'] ?? ''),
      `${stage}/${instance.id}`,
    )
    const data = join(root, 'var/lib/bp')
    await mkdir(data, { recursive: true })
    const start = (): Kept =>
      programs.keep(
        `worker-${instance.id}`,
        {
          program: process.execPath,
          args: [worker, '--machine'],
          env: {
            ...options.environment(),
            ...told,
            BP_WORKER_SECRET_FILE: secretFile,
            BP_WORKER_ENGINE_URL: options.engineUrl(),
            BP_WORKER_DATA: data,
            BP_IMDS_URL: imds.url,
          },
          cwd: root,
        },
        { onLine: line => shipper.add(line) },
      )
    // As the unit: whatever it ended with, it comes again, until the machine itself goes.
    while (!gone.has(instance.id) && !signal.aborted) {
      const kept = start()
      live.set(instance.id, { id: instance.id, worker: kept })
      await kept.ended
      if (gone.has(instance.id) || signal.aborted) break
      await sleep(restartMs, undefined, { signal }).catch(() => undefined)
      await fetchSecret(options, root, told)
    }
    live.delete(instance.id)
    await shipper.close()
    await imds.close()
  }

  return {
    onLaunched,
    onTerminated: async id => {
      gone.add(id)
      await live.get(id)?.worker.end()
    },
    running: () => [...live.values()],
  }
}

/** Runs the user data as cloud-init would, below a folder, and reads what it left for the units. */
async function boot(
  { programs, shell, signal }: MachineHostOptions,
  root: string,
  userData: string,
): Promise<Readonly<Record<string, string>>> {
  const bin = join(root, 'bin')
  await mkdir(bin, { recursive: true })
  const script = join(root, 'user-data')
  await writeFile(script, Buffer.from(userData, 'base64'))
  // What a machine has and a folder has not: units, another user, time to wait.
  for (const command of ['systemctl', 'chown', 'sleep']) {
    await writeFile(join(bin, command), '#!/bin/sh\nexit 0\n')
    await chmod(join(bin, command), 0o755)
  }
  const { code, said } = await programs.run(
    { program: '/bin/sh', args: [script], env: inMachine(root, shell), cwd: root },
    signal,
  )
  if (code !== 0) throw new Error(`the user data ended with ${code}: ${said}`)
  const told = parseEnv(await readFile(join(root, 'etc/bp/machine.env'), 'utf8'))
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, value ?? '']))
}

const inMachine = (root: string, shell: Readonly<Record<string, string>>) => ({
  ...shell,
  BP_ROOT: root,
  PATH: [join(root, 'bin'), shell['PATH'] ?? ''].join(delimiter),
})

const writeSecret = join(
  repositoryRoot,
  'infrastructure/packer/root/opt/bp/bin/write-fleet-secret.sh',
)

/** What `bp-fleet-secret.service` does, by its own script. Without a secret there is no file, and the worker says so. */
async function fetchSecret(
  { programs, shell, signal }: MachineHostOptions,
  root: string,
  told: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(root, 'run/bp'), { recursive: true, mode: 0o700 })
  const env = { ...inMachine(root, shell), ...told }
  await programs.run({ program: writeSecret, args: [], env, cwd: root }, signal)
}
