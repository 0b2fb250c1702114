import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Folders } from '../verb.ts'

/** Folders above one another; no path has more. */
const depthMax = 64

/**
 * Finds the project and its data: the nearest folder upwards that holds `tools/start.ts`, else the clone that this
 * very file lies in, else (a released command on its own) the current one. The data folder is `.bp` in it, or BP_DATA
 * (relative to the project, as for `npm start`).
 */
export function findFolders(current: string, dataFolder: string | undefined): Folders {
  const root = findRoot(current) ?? findRoot(import.meta.dirname) ?? current
  return { current, root, data: resolve(root, dataFolder ?? '.bp') }
}

function findRoot(from: string): string | undefined {
  let folder = from
  for (let depth = 0; depth < depthMax; depth++) {
    if (existsSync(join(folder, 'tools', 'start.ts'))) return folder
    const above = dirname(folder)
    if (above === folder) return undefined
    folder = above
  }
  return undefined
}
