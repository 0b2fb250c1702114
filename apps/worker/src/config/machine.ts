/** The third door to a config: a machine of a fleet, which asks its cloud who it is and reads its secret from a file. */
import { readFile } from 'node:fs/promises'
import { secretFault } from '@bp/contracts/secret-fault'
import type { MachineFacts } from '../host/imds.ts'
import { readConfig, type ConfigRead } from './config.ts'

/** What a machine's units set; all but the first three have the places of bp's own image. */
export interface MachineSource {
  readonly url: string | undefined
  readonly stage: string | undefined
  readonly fleet: string | undefined
  readonly secretFile: string
  readonly engineUrl: string
  readonly dataFolder: string
  readonly imdsUrl: string
}

const secretBytesMax = 4_096

/** Config and secret of a machine, or every fault at once. The secret is read again at each try to register. */
export function machineConfig(source: MachineSource, facts: MachineFacts): ConfigRead {
  const { url, stage, fleet } = source
  // Nothing is guessed: a missing line must not make a worker of production out of a machine of staging.
  const faults = Object.entries({ url, stage, fleet })
    .filter(([, value]) => value === undefined)
    .map(([word]) => `${word}: is missing`)
  if (faults.length > 0) return { faults }
  const read = readConfig({
    url,
    stage,
    fleet,
    engine_url: source.engineUrl,
    instance: facts.instance,
    data_folder: source.dataFolder,
    // It stands in for what it holds, which is read when it is needed.
    secret: source.secretFile,
  })
  if ('faults' in read) return read
  return {
    config: { ...read.config, machine: facts.machine },
    secrets: { fleetSecret: () => readSecret(source.secretFile) },
  }
}

/** Throws while the file is not there or holds no secret; what it holds stands in no message. */
async function readSecret(file: string): Promise<string> {
  const text = (await readFile(file, 'utf8')).trim()
  const fault = text.length > secretBytesMax ? 'The value is too long.' : secretFault(text)
  if (fault !== undefined) throw new Error(`${file} holds no fleet secret. ${fault}`)
  return text
}
