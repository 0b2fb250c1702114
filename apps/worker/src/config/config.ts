/** What the agent must know before it can register. Doors: one JSON line on stdin, the environment, a machine's own facts. */
import { isFleetSlug, stages, type Stage } from '@bp/contracts/fleets'
import type { Register } from '@bp/contracts/shapes/workers'

export interface Config {
  /** Origin of the backend, e.g. `http://127.0.0.1:4100`. */
  readonly url: string
  readonly stage: Stage
  readonly fleet: string
  /** Launch row that started this machine; null when somebody started it by hand. */
  readonly launch: string | null
  /** Name of the machine (in AWS the instance id), unique among live workers. */
  readonly instance: string
  readonly engineUrl: string
  /** A folder of this agent alone: files of a job lie here while it runs. */
  readonly dataFolder: string
  /** The engine's base directory where both share a disk; lets the agent clean up after a job. */
  readonly engineFolder: string | null
  /** What a cloud says of the machine; null where there is none. */
  readonly machine: NonNullable<Register['machine']> | null
}

/** Kept apart from the config so that whoever logs the config cannot log them. */
export interface Secrets {
  /** Asked anew at each try to register: a machine's secret may be changed under it. Throws while there is none. */
  readonly fleetSecret: () => Promise<string>
}

/** The words of the launch line. The environment spells them `BP_WORKER_<WORD>` in capitals. */
export const configWords = [
  'url',
  'stage',
  'fleet',
  'launch',
  'secret',
  'engine_url',
  'instance',
  'data_folder',
  'engine_folder',
] as const
type ConfigWord = (typeof configWords)[number]
export type ConfigSource = Readonly<Partial<Record<ConfigWord, unknown>>>

export type ConfigRead =
  | { readonly config: Config; readonly secrets: Secrets }
  | { readonly faults: readonly string[] }

/** Checks a source whole: either config and secrets, or every fault at once, each naming its word. */
export function readConfig(source: ConfigSource): ConfigRead {
  const faults: string[] = []
  const textOf = (word: ConfigWord): string | null => {
    const value = source[word]
    if (value === undefined || value === null || value === '') return null
    if (typeof value === 'string') return value
    faults.push(`${word}: must be a text`)
    return null
  }
  const needed = (word: ConfigWord): string => {
    const before = faults.length
    const text = textOf(word)
    if (text === null && faults.length === before) faults.push(`${word}: is missing`)
    return text ?? ''
  }
  const origin = (word: ConfigWord): string => {
    const text = needed(word)
    if (text === '') return ''
    const url = URL.parse(text)
    if (url === null || !/^https?:$/.test(url.protocol))
      faults.push(`${word}: "${text}" is no http address`)
    return text.replace(/\/+$/, '')
  }

  const url = origin('url')
  const engineUrl = origin('engine_url')
  const stage = textOf('stage') ?? 'production'
  if (!stages.has(stage)) faults.push(`stage: "${stage}" is none of ${stages.words.join(', ')}`)
  const fleet = textOf('fleet') ?? 'local'
  if (!isFleetSlug(fleet)) faults.push(`fleet: "${fleet}" is no fleet slug`)
  const instance = needed('instance')
  if (instance.length > 64) faults.push('instance: is longer than 64 characters')
  const dataFolder = needed('data_folder')
  const fleetSecret = needed('secret')

  if (faults.length > 0 || !stages.has(stage)) return { faults }
  return {
    config: {
      url,
      stage,
      fleet,
      launch: textOf('launch'),
      instance,
      engineUrl,
      dataFolder,
      engineFolder: textOf('engine_folder'),
      machine: null,
    },
    secrets: { fleetSecret: async () => fleetSecret },
  }
}
