#!/usr/bin/env node
/** Starts the emulator for a person or another program, and ends it when standard input ends or SIGTERM comes. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmulator } from './start-emulator.ts'

const help = `node infrastructure/emulate/emulator.ts [--folder DIR] [--auth] [--ssl]

Starts the AWS emulator on a free port of this machine, prints one line of JSON
{endpoint, account, region, env} and lives until standard input ends or SIGTERM comes.

  --folder DIR  where it writes; a throw-away folder by default
  --auth        check identities and policies
  --ssl         speak TLS
`

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    auth: { type: 'boolean', default: false },
    ssl: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  process.stdout.write(help)
} else {
  await run(values)
}

async function run(asked: { folder?: string; auth: boolean; ssl: boolean }): Promise<void> {
  const { auth, ssl } = asked
  const folder = asked.folder ?? (await mkdtemp(join(tmpdir(), 'bp-emulator-')))
  try {
    await using emulator = await startEmulator({ folder, auth, ssl })
    const { endpoint, account, region, env } = emulator
    // Before the line that says where it is: whoever reads it may end it in the same breath.
    const isOver = Promise.race([
      once(process.stdin, 'end'),
      once(process, 'SIGTERM'),
      once(process, 'SIGINT'),
    ])
    process.stdin.resume()
    process.stdout.write(`${JSON.stringify({ endpoint, account, region, env })}\n`)
    await isOver
    process.stdin.destroy()
  } finally {
    if (asked.folder === undefined) await rm(folder, { recursive: true, force: true })
  }
}
