import { spawn } from 'node:child_process'

/** Opens an address in the person's browser. Where there is none nothing happens: the address was printed. */
export function openBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(command, [url], { stdio: 'ignore', detached: true })
  child.once('error', () => undefined)
  child.unref()
}
