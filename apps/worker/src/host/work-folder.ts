/** The folder in which jobs' files lie while they run. */
import { mkdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface WorkFolder extends AsyncDisposable {
  readonly path: string
}

/**
 * Makes `<dataFolder>/jobs` afresh: an agent that was killed could not tidy up, and its successor at the same place
 * does. The data folder is this agent's alone. On disposal it goes away again, with the data folder if that is empty.
 */
export async function openWorkFolder(dataFolder: string): Promise<WorkFolder> {
  const path = join(dataFolder, 'jobs')
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true })
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await rm(path, { recursive: true, force: true })
      await rmdir(dataFolder).catch(() => undefined)
    },
  }
}
