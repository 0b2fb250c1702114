import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What `npm start`, `bp up` and `npm run dev` run. */
const startFile = /\btools[\\/](start|dev)\.ts\b/
const askMsMax = 5_000

/**
 * Is the process of `run.json` still that one? A number is given to another process after a crash and a while, so
 * its command line is looked at before anything is sent to it.
 */
export async function isOurProcess(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  const command = await commandOf(pid)
  return command !== undefined && startFile.test(command)
}

/** Whether a process has not ended. One that ended but was not collected by its parent has ended. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything, so the state is looked for behind the last one.
    return !text.slice(text.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return isAlive(pid) // no /proc on this system
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function commandOf(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
  } catch {
    return commandByPs(pid)
  }
}

async function commandByPs(pid: number): Promise<string | undefined> {
  try {
    const args = ['-p', String(pid), '-o', 'command=']
    return (await promisify(execFile)('ps', args, { timeout: askMsMax })).stdout
  } catch {
    return undefined
  }
}
