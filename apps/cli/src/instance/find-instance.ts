import { Refusal } from '../refusal.ts'
import type { Folders } from '../verb.ts'
import { isOurProcess } from './process-identity.ts'
import { readRunFile, type RunFile } from './run-file.ts'

/** The instance that runs on a data folder; undefined when none does. A `run.json` left by a kill counts as none. */
export async function findInstance(folders: Folders): Promise<RunFile | undefined> {
  const run = await readRunFile(folders.data)
  return run !== undefined && (await isOurProcess(run.pid)) ? run : undefined
}

export const notRunning = (folders: Folders): Refusal =>
  new Refusal('not_running', 'failure', 'bp is not running.', {
    reason: `No running instance was found by ${folders.data}.`,
    next: 'npx bp up',
  })
