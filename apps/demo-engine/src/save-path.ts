import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { joinInside } from './folders.ts'
import { PythonError } from './python-error.ts'

/** Where the next file of a prefix goes. */
export interface SavePath {
  readonly folder: string
  readonly filename: string
  readonly counter: number
  readonly subfolder: string
}

/**
 * Resolves a `filename_prefix`: folders before the last `/`, `%width%`-like variables, and a counter that goes on
 * after the highest number that is there. Prefixes that lead out of the folder raise.
 */
export async function nextSavePath(
  prefix: string,
  root: string,
  width: number,
  height: number,
  now: Date,
): Promise<SavePath> {
  const normal = path.posix.normalize(fillVariables(prefix, width, height, now))
  const parent = path.posix.dirname(normal)
  const subfolder = parent === '.' ? '' : parent
  const filename = path.posix.basename(normal)
  const folder = joinInside(root, subfolder)
  if (folder === undefined || normal.includes('\0'))
    throw outside(root, path.resolve(root, subfolder))
  await mkdir(folder, { recursive: true })
  return { folder, filename, counter: (await highestCounter(folder, filename)) + 1, subfolder }
}

function fillVariables(prefix: string, width: number, height: number, now: Date): string {
  if (!prefix.includes('%')) return prefix
  const two = (value: number): string => String(value).padStart(2, '0')
  const values: Record<string, string> = {
    width: String(width),
    height: String(height),
    year: String(now.getFullYear()),
    month: two(now.getMonth() + 1),
    day: two(now.getDate()),
    hour: two(now.getHours()),
    minute: two(now.getMinutes()),
    second: two(now.getSeconds()),
  }
  return prefix.replaceAll(/%([a-z]+)%/g, (whole, name: string) => values[name] ?? whole)
}

async function highestCounter(folder: string, filename: string): Promise<number> {
  let highest = 0
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${filename}_`)) continue
    const digits = /^\d+/.exec(name.slice(filename.length + 1).split('_')[0] ?? '')?.[0]
    if (digits !== undefined) highest = Math.max(highest, Number(digits))
  }
  return highest
}

/** The number as it stands in a file's name. */
export function counterText(counter: number): string {
  return String(counter).padStart(5, '0')
}

/** The refusal in a real engine's words, with the server's paths in it: callers must not show it as it is. */
function outside(root: string, folder: string): PythonError {
  const [parts, others] = [root.split(path.sep), folder.split(path.sep)]
  const common = parts
    .slice(
      0,
      parts.findIndex((part, index) => part !== others[index]),
    )
    .join(path.sep)
  return new PythonError(
    'Exception',
    '**** ERROR: Saving image outside the output folder is not allowed.' +
      `\n full_output_folder: ${folder}\n         output_dir: ${root}\n         commonpath: ${common}`,
  )
}
