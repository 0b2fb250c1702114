import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fail, pass, warn, type Finding, type Patient } from './check.ts'

const gib = 1_073_741_824
const freeBytesMin = gib
const freeBytesGood = 5 * gib
const depthMax = 64

/** The data folder can be written, or made. */
export async function checkDataFolder(
  { dataFolder }: Pick<Patient, 'dataFolder'>,
  mayWrite: (folder: string) => Promise<boolean> = mayWriteIn,
): Promise<Finding> {
  const place = await nearestThere(dataFolder)
  const facts = await stat(place)
  const fix = 'Choose another folder: BP_DATA=/path/to/folder npx bp up'
  if (!facts.isDirectory()) return fail('data folder', `${place} is no folder.`, fix)
  if (!(await mayWrite(place))) return fail('data folder', `${place} cannot be written.`, fix)
  return pass('data folder', place === dataFolder ? dataFolder : `${dataFolder} will be made`)
}

async function mayWriteIn(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** There is room for results. */
export async function checkDisk(
  { dataFolder }: Pick<Patient, 'dataFolder'>,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): Promise<Finding> {
  const free = await freeBytes(await nearestThere(dataFolder))
  const text = `${(free / gib).toFixed(1)} GiB free`
  const fix = `Free some space where ${dataFolder} lies.`
  if (free < freeBytesMin) return fail('disk', `${text}; at least 1 GiB is needed.`, fix)
  return free < freeBytesGood ? warn('disk', text, fix) : pass('disk', text)
}

async function freeBytesOf(folder: string): Promise<number> {
  const facts = await statfs(folder)
  return facts.bavail * facts.bsize
}

/** The folder itself or, before the first start, the nearest one above it that exists. */
async function nearestThere(folder: string): Promise<string> {
  let place = folder
  for (let depth = 0; depth < depthMax; depth++) {
    const isThere = await stat(place).then(
      () => true,
      () => false,
    )
    if (isThere || place === dirname(place)) break
    place = dirname(place)
  }
  return place
}
