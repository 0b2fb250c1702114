import type { StyleChoice } from '../hosts/style.ts'

/** What the command reads from its surroundings. Flags are stronger. */
export interface CliEnv {
  readonly dataFolder: string | undefined
  readonly port: number | undefined
  readonly filesPort: number | undefined
  readonly engineUrl: string | undefined
  readonly style: StyleChoice
  /** A machine without a person in front of it: no browser is opened. */
  readonly isAutomated: boolean
}

/** The only reader of the environment. Nonsense in a port counts as not set: `npm start` refuses it in words. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): CliEnv {
  const text = (name: string) => env[name] || undefined
  return {
    dataFolder: text('BP_DATA'),
    port: portOf(text('BP_PORT')),
    filesPort: portOf(text('BP_FILES_PORT')),
    engineUrl: text('COMFYUI_URL'),
    style: styleOf(text('NO_COLOR'), text('FORCE_COLOR')),
    isAutomated: text('CI') !== undefined || env['BP_NO_OPEN'] === '1',
  }
}

function styleOf(noColor: string | undefined, forceColor: string | undefined): StyleChoice {
  if (noColor !== undefined) return 'never'
  return forceColor !== undefined && forceColor !== '0' ? 'always' : 'auto'
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text)
  return text !== undefined && Number.isInteger(port) && port > 0 && port < 65_536
    ? port
    : undefined
}
