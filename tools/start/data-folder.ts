import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartRefused } from './settings.ts'

/** What `run.json` tells `bp` about the running instance; readable by its owner alone. */
interface RunFile {
  readonly pid: number
  readonly started_at_ms: number
  readonly url: string
  readonly files_url: string
  readonly engine_url: string
  readonly data: string
  readonly control_secret: string
}

export interface DataFolder extends Disposable {
  writeRun(run: RunFile): void
}

/**
 * Takes the data folder for this process, or refuses when another one has it.
 *
 * The lock is an exclusive transaction on `lock.sqlite`: the kernel frees it with the process, kill −9 included,
 * so no stale lock file can ever keep somebody out.
 */
export function takeDataFolder(folder: string): DataFolder {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw new StartRefused(
      `The data folder ${folder} cannot be written.\nGive yourself the right to write there, or choose another: BP_DATA=/path/to/folder npm start`,
      { cause },
    )
  }
  const lock = lockOf(folder)
  const runFile = join(folder, 'run.json')
  return {
    writeRun: run => writeFileSync(runFile, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 }),
    [Symbol.dispose]: () => {
      rmSync(runFile, { force: true })
      lock.close()
    },
  }
}

function lockOf(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock?.close()
    if (!(cause instanceof Error) || !/locked|busy/i.test(cause.message)) {
      throw new StartRefused(
        `The data folder ${folder} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.\nFree some disk space or choose another folder: BP_DATA=/path/to/folder npm start`,
        { cause },
      )
    }
    throw new StartRefused(
      `bp already runs on ${folder}${whoRuns(folder)}.\nOpen it with: npx bp open · stop it with: npx bp down · or start a second one elsewhere: BP_DATA=/path/to/folder BP_PORT=7280 npm start`,
      { cause },
    )
  }
}

function whoRuns(folder: string): string {
  try {
    const run: unknown = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
    if (typeof run === 'object' && run !== null && 'pid' in run && 'url' in run) {
      return ` (process ${String(run.pid)}, ${String(run.url)})`
    }
  } catch {
    // It may be starting: then there is nothing more to tell yet.
  }
  return ''
}
