#!/usr/bin/env node
/**
 * `npm run dev`: the same system as `npm start`, started again when its sources change, and the pages by Vite with
 * instant updates, which hand `/api` on to the system.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { rootFolder } from './start/settings.ts'

const port = process.env['BP_PORT'] || '7180'
const pagesHost = '127.0.0.1:5173'
console.log(`Pages with instant updates: http://${pagesHost} (sign in by the link below first).`)
const system = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', join(rootFolder, 'tools/start.ts')],
  {
    stdio: 'inherit',
    env: {
      BP_LOG_LEVEL: 'info',
      BP_NO_OPEN: '1',
      ...process.env,
      BP_PORT: port,
      BP_HOSTS: pagesHost,
    },
  },
)
const pages = spawn(
  process.execPath,
  [join(rootFolder, 'node_modules/vite/bin/vite.js'), '--port', '5173', '--strictPort'],
  {
    cwd: join(rootFolder, 'apps/frontend'),
    stdio: 'inherit',
    env: { ...process.env, BP_BACKEND: `http://127.0.0.1:${port}` },
  },
)
const children = [system, pages]
let ending = false
for (const child of children) {
  child.once('exit', code => {
    // One without the other is of no use: end both.
    if (ending) return
    ending = true
    for (const other of children) other.kill('SIGTERM')
    process.exitCode = code ?? 0
  })
}
// The terminal sends the signal to the whole group; staying alive lets the children drain first.
process.on('SIGINT', () => undefined)
