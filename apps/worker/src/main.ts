import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { createAgent, type AgentEnd } from './agent.ts'
import { readConfig, type ConfigRead, type ConfigSource } from './config/config.ts'
import { envSource, machineSource } from './config/env.ts'
import { machineConfig } from './config/machine.ts'
import { openImds, type Imds } from './host/imds.ts'
import { watchSpot } from './host/spot-watch.ts'
import { jsonLog, reasonOf } from './log.ts'

const usage = `Usage: bp-worker [--launch-stdin | --machine]

The agent beside a ComfyUI-compatible engine: takes jobs of a fleet, runs them, brings the results.
Writes one JSON line per event to stdout. SIGTERM or SIGINT: finish what runs, then end; a second one: give it back at once.

  --launch-stdin   read { url, secret, engine_url, instance, data_folder, stage, fleet, launch, engine_folder }
                   as one line of JSON from stdin, so that the secret stands in no list of processes
  --machine        a machine of a fleet in AWS: who it is says its metadata service, its secret stands in a file that is
                   read at each try to register; a notice that Spot takes it away drains it
  --help           this text

Without --launch-stdin the same words come from the environment:
  BP_WORKER_URL            origin of the backend (required)
  BP_WORKER_SECRET         secret of the fleet's stage (required)
  BP_WORKER_ENGINE_URL     origin of the engine (required)
  BP_WORKER_INSTANCE       name of this machine, unique among live workers (required)
  BP_WORKER_DATA_FOLDER    folder of this agent alone, for files of running jobs (required)
  BP_WORKER_STAGE          staging or production (production)
  BP_WORKER_FLEET          slug of the fleet (local)
  BP_WORKER_LAUNCH         launch id that this machine belongs to
  BP_WORKER_ENGINE_FOLDER  base directory of the engine, where it is on this disk: its copies are then removed

With --machine:
  BP_WORKER_URL, BP_WORKER_STAGE, BP_WORKER_FLEET  as above, and all of them required
  BP_WORKER_SECRET_FILE    file that holds the fleet secret (/run/bp/fleet-secret)
  BP_WORKER_ENGINE_URL     origin of the engine (http://127.0.0.1:8188)
  BP_WORKER_DATA           folder of this agent alone (/var/lib/bp)
  BP_IMDS_URL              origin of the metadata service (http://169.254.169.254)

Exit codes: 0 ended as told, 1 fault of its own, 2 configuration, 3 refused by the backend, 4 backend not reached for 15 minutes.
`
const exitCodes: Readonly<Record<AgentEnd, number>> = { stopped: 0, refused: 3, unreached: 4 }
const launchMsMax = 10_000
/** Past a second signal nothing may hold the process longer than this. */
const stopMsMax = 10_000

async function readLaunchLine(): Promise<ConfigSource> {
  const lines = createInterface({ input: process.stdin })
  const late = setTimeout(() => lines.close(), launchMsMax)
  try {
    for await (const line of lines) {
      const value: unknown = JSON.parse(line)
      if (typeof value === 'object' && value !== null) return { ...value }
      throw new Error('the line on stdin is no JSON object')
    }
    throw new Error('no line came on stdin')
  } finally {
    clearTimeout(late)
    lines.close()
    process.stdin.destroy()
  }
}

/** The process below `bin`: reads flags and config, runs the agent, answers the exit code. */
export async function main(): Promise<number> {
  const complain = (faults: readonly string[]): number => {
    process.stderr.write(`${faults.map(fault => `bp-worker: ${fault}`).join('\n')}\n`)
    return 2
  }
  const ending = new AbortController()
  let imds: Imds | undefined
  let read: ConfigRead
  try {
    const flags = parseArgs({
      options: {
        'launch-stdin': { type: 'boolean', default: false },
        machine: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
    if (flags.help) {
      process.stdout.write(usage)
      return 0
    }
    if (flags.machine) {
      const source = machineSource()
      imds = openImds(source.imdsUrl)
      read = machineConfig(source, await imds.facts(ending.signal))
    } else read = readConfig(flags['launch-stdin'] ? await readLaunchLine() : envSource())
  } catch (error) {
    return complain([reasonOf(error)])
  }
  if ('faults' in read) return complain(read.faults)

  const log = jsonLog(line => process.stdout.write(line))
  const agent = createAgent({
    ...read,
    log,
    versions: { agent: packageJson.version, node: process.versions.node },
  })
  let signals = 0
  const onSignal = (name: NodeJS.Signals) => {
    log.info('agent.signal', { signal: name })
    if (++signals === 1) return agent.drain()
    agent.stop()
    setTimeout(() => process.exit(1), stopMsMax).unref()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  const watching =
    imds !== undefined && read.config.machine?.market === 'spot'
      ? watchSpot(
          { imds, log, onNotice: () => agent.drain(), onLast: () => agent.stop() },
          ending.signal,
        )
      : undefined
  try {
    return exitCodes[await agent.run()]
  } catch (error) {
    log.warn('agent.fault', { reason: reasonOf(error) })
    return 1
  } finally {
    ending.abort()
    await watching
  }
}
