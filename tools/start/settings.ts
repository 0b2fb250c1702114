import { resolve } from 'node:path'

/** What `npm start` runs with. Every value has a default that works on a fresh clone. */
export interface Settings {
  /** Everything that the system keeps: database, files, logs. */
  readonly dataFolder: string
  /** The front door; 0 = any free port. */
  readonly port: number
  /** The files' own port, and so their own origin; 0 = any free port. */
  readonly filesPort: number
  /** A real ComfyUI instead of the demo engine. */
  readonly engineUrl: string | undefined
  readonly logLevel: string
  /** Switches of the demo engine for fault tests; never set otherwise. */
  readonly engineFaults: boolean
  readonly openBrowser: boolean
}

export const rootFolder = resolve(import.meta.dirname, '../..')

/** Reads `BP_*` and `COMFYUI_URL`; every fault at once, in words. */
export function readSettings(env: NodeJS.ProcessEnv, isTerminal: boolean): Settings {
  const faults: string[] = []
  const number = (name: string, most: number): number | undefined => {
    const text = env[name]
    if (text === undefined || text === '') return undefined
    const value = Number(text)
    if (Number.isInteger(value) && value >= 0 && value <= most) return value
    faults.push(`${name}=${text}: must be a whole number from 0 to ${most}`)
    return undefined
  }
  const port = number('BP_PORT', 65_535) ?? 7180
  const filesPort = number('BP_FILES_PORT', 65_535) ?? (port === 0 ? 0 : port + 1)
  const engineUrl = env['COMFYUI_URL'] || undefined
  if (engineUrl !== undefined && !URL.canParse(engineUrl)) {
    faults.push(`COMFYUI_URL=${engineUrl}: must be an address such as http://127.0.0.1:8188`)
  }
  if (faults.length > 0) throw new StartRefused(faults.join('\n'))
  return {
    dataFolder: resolve(rootFolder, env['BP_DATA'] || '.bp'),
    port,
    filesPort,
    engineUrl: engineUrl?.replace(/\/$/, ''),
    logLevel: env['BP_LOG_LEVEL'] || 'warn',
    engineFaults: env['BP_ENGINE_FAULTS'] === '1',
    openBrowser: isTerminal && !env['CI'] && env['BP_NO_OPEN'] !== '1',
  }
}

/** The start is refused for a reason that the person can mend; the message says how. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
