/** The one file of the agent that reads the environment. */
import { configWords, type ConfigSource } from './config.ts'
import type { MachineSource } from './machine.ts'

const envPrefix = 'BP_WORKER_'

/** Collects `BP_WORKER_URL`, `BP_WORKER_SECRET` … for `readConfig`. */
export function envSource(env: NodeJS.ProcessEnv = process.env): ConfigSource {
  return Object.fromEntries(
    configWords.map(word => [word, env[`${envPrefix}${word.toUpperCase()}`]]),
  )
}

/** What `--machine` reads. The defaults are the places of bp's own image. */
export function machineSource(env: NodeJS.ProcessEnv = process.env): MachineSource {
  const text = (name: string): string | undefined => env[name] || undefined
  return {
    url: text('BP_WORKER_URL'),
    stage: text('BP_WORKER_STAGE'),
    fleet: text('BP_WORKER_FLEET'),
    secretFile: text('BP_WORKER_SECRET_FILE') ?? '/run/bp/fleet-secret',
    engineUrl: text('BP_WORKER_ENGINE_URL') ?? 'http://127.0.0.1:8188',
    dataFolder: text('BP_WORKER_DATA') ?? '/var/lib/bp',
    imdsUrl: text('BP_IMDS_URL') ?? 'http://169.254.169.254',
  }
}
