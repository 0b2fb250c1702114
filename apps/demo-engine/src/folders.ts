import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** Where an engine keeps its files: `input/`, `output/` and `temp/` under one base directory. */
export interface Folders {
  readonly base: string
  readonly input: string
  readonly output: string
  readonly temp: string
}

/** Makes the folders; `temp` starts empty, as on a real engine. */
export async function openFolders(baseDirectory: string): Promise<Folders> {
  const asked = path.resolve(baseDirectory)
  await mkdir(asked, { recursive: true })
  // The real path, so that containment can be checked after links were resolved.
  const base = await realpath(asked)
  const folders = {
    base,
    input: path.join(base, 'input'),
    output: path.join(base, 'output'),
    temp: path.join(base, 'temp'),
  }
  await rm(folders.temp, { recursive: true, force: true })
  for (const folder of [folders.input, folders.output, folders.temp])
    await mkdir(folder, { recursive: true })
  return folders
}

/** The folder of a `type` word, or undefined for a word that names none. */
export function folderOf(folders: Folders, kind: string): string | undefined {
  if (kind === 'input' || kind === 'output' || kind === 'temp') return folders[kind]
  return undefined
}

/** Splits a name like `a.png [output]` into the name and the folder it names, if any. */
export function splitAnnotation(
  folders: Folders,
  name: string,
): { name: string; folder: string | undefined } {
  for (const kind of ['output', 'input', 'temp'] as const) {
    const mark = `[${kind}]`
    // A real engine cuts one character more than the mark: the space before it.
    if (name.endsWith(mark)) return { name: name.slice(0, -mark.length - 1), folder: folders[kind] }
  }
  return { name, folder: undefined }
}

/** Joins below a folder; undefined when the result would lie outside of it. */
export function joinInside(folder: string, ...parts: readonly string[]): string | undefined {
  const joined = path.resolve(folder, ...parts)
  return joined === folder || joined.startsWith(folder + path.sep) ? joined : undefined
}

/**
 * The file behind a name of a load node, or undefined when there is none inside the folder.
 * Links that lead out of the folder count as absent.
 */
export async function findInput(folders: Folders, name: string): Promise<string | undefined> {
  const { name: plain, folder = folders.input } = splitAnnotation(folders, name)
  return findFile(folder, plain)
}

/** The real path of a regular file inside a folder, or undefined. */
export async function findFile(
  folder: string,
  ...parts: readonly string[]
): Promise<string | undefined> {
  const wanted = joinInside(folder, ...parts)
  if (wanted === undefined || wanted.includes('\0')) return undefined
  try {
    const real = await realpath(wanted)
    if (!real.startsWith(folder + path.sep)) return undefined
    return (await stat(real)).isFile() ? real : undefined
  } catch {
    return undefined
  }
}

/** Names of the files directly in a folder, sorted; what load nodes offer as choices. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => entry.name)
    .toSorted()
}
