import type { CliEnv } from './config/env.ts'
import { findInstance, notRunning } from './instance/find-instance.ts'
import { findFolders } from './instance/folders.ts'
import { openBrowser } from './instance/open-browser.ts'
import type { VerbContext } from './verb.ts'

/** The ports of `npm start` when nothing else was said. */
const frontPortDefault = 7_180

/** What a verb gets. The instance and its client are looked up only when a verb asks. */
export function verbContext(
  env: CliEnv,
  folder: string,
  signal: AbortSignal,
  isTerminal: boolean,
): VerbContext {
  const folders = findFolders(folder, env.dataFolder)
  const front = env.port ?? frontPortDefault
  const instance = async () => {
    const found = await findInstance(folders)
    if (found === undefined) throw notRunning(folders)
    return found
  }
  return {
    folders,
    ports: { front, files: env.filesPort ?? front + 1 },
    engineUrl: env.engineUrl,
    instance,
    client: async () => {
      const [{ createClient }, { url }] = await Promise.all([import('@bp/client'), instance()])
      return createClient({ baseUrl: url })
    },
    signal,
    now: () => Date.now(),
    isAttended: isTerminal && !env.isAutomated,
    openBrowser,
  }
}
