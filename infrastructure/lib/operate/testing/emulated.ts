/** The emulator for one test file, with a client for whatever is asked. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator, type Emulator } from '../../../emulate/start-emulator.ts'

interface ClientSettings {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface Emulated extends AsyncDisposable {
  readonly emulator: Emulator
  readonly folder: string
  readonly settings: ClientSettings
}

/** Starts an emulator in a folder that is gone with it. */
export async function openEmulated(): Promise<Emulated> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-emulated-'))
  const emulator = await startEmulator({ folder })
  return {
    emulator,
    folder,
    settings: {
      endpoint: emulator.endpoint,
      region: emulator.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    [Symbol.asyncDispose]: async () => {
      await emulator[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
