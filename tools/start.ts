#!/usr/bin/env node
/**
 * `npm start`: the whole system on one machine. One process holds front door, backend and static files;
 * the demo engine and the workers are its children. Prints one line with a one-time sign-in link.
 */
import { openBrowser } from './start/open-browser.ts'
import { StartRefused, readSettings } from './start/settings.ts'
import { startSystem } from './start/system.ts'

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** A stop that hangs must end too: the person has asked for it. */
const stopMsMax = 30_000

try {
  const settings = readSettings(process.env, process.stdout.isTTY)
  const system = await startSystem(settings, say)
  // Before the line with the link: whoever reads it may end it in the same breath.
  let stops = 0
  const stop = (): void => {
    stops++
    if (stops > 1) process.exit(1)
    say(
      'Stopping: running jobs are given back and will run at the next start. Ctrl-C again ends at once.',
    )
    setTimeout(() => process.exit(1), stopMsMax).unref()
    system.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`bp: ${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  const link = await system.makeLink()
  say(`bp is ready: ${link}`)
  say('The link signs you in once, within ten minutes; "npx bp open" makes another. Ctrl-C stops.')
  if (settings.openBrowser) openBrowser(link)
} catch (error) {
  // What the person can mend comes without a stack; anything else is a fault of ours and comes with it.
  const text =
    error instanceof StartRefused
      ? error.message
      : String(error instanceof Error ? error.stack : error)
  process.stderr.write(`bp: ${text}\n`)
  process.exit(1)
}
