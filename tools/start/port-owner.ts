import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { StartRefused } from './settings.ts'

/** Turns "address in use" into a sentence that names the process and the way out. */
export function portTaken(port: number, variable: string): StartRefused {
  return new StartRefused(
    `Port ${port} is taken by ${portOwner(port)}.\nChoose another: ${variable}=${port + 100} npm start`,
  )
}

/** Which process listens on a loopback port, as far as Linux' /proc tells this user; else a plain word. */
function portOwner(port: number): string {
  try {
    const inode = listeningInode(port)
    const pid = inode === undefined ? undefined : pidOfSocket(inode)
    if (pid === undefined) return 'another process'
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return `process ${pid} (${command.slice(0, 120)})`
  } catch {
    return 'another process'
  }
}

function listeningInode(port: number): string | undefined {
  const listening = '0A'
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (local?.endsWith(wanted) === true && state === listening) return inode
    }
  }
  return undefined
}

function pidOfSocket(inode: string): string | undefined {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      for (const handle of readdirSync(`/proc/${pid}/fd`)) {
        if (readlinkSync(`/proc/${pid}/fd/${handle}`) === `socket:[${inode}]`) return pid
      }
    } catch {
      // Another person's process, or one that has just ended.
    }
  }
  return undefined
}
