import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the running instance tells about itself, readable by its owner alone. */
export interface RunFile {
  readonly pid: number
  readonly started_at_ms: number
  readonly url: string
  readonly files_url: string
  readonly control_secret: string
  readonly data: string
  readonly engine_url: string
}

/** Reads `run.json` of a data folder; undefined when there is none or it is not whole. */
export async function readRunFile(dataFolder: string): Promise<RunFile | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(dataFolder, 'run.json'), 'utf8'))
    return isRunFile(value) ? value : undefined
  } catch {
    return undefined // not there, or being written right now
  }
}

function isRunFile(value: unknown): value is RunFile {
  if (typeof value !== 'object' || value === null) return false
  const has = (key: string, type: 'string' | 'number') =>
    // oxlint-disable-next-line valid-typeof -- `type` is one of two names of typeof
    typeof Reflect.get(value, key) === type
  return (
    has('pid', 'number') &&
    has('started_at_ms', 'number') &&
    ['url', 'files_url', 'control_secret', 'data', 'engine_url'].every(key => has(key, 'string'))
  )
}
