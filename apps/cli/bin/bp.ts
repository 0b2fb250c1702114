#!/usr/bin/env node
import { exitCodes } from '../src/exit-codes.ts'
import { main } from '../src/main.ts'

const interrupted = new AbortController()
process.on('SIGINT', () => {
  // The first Ctrl-C lets the verb say how to go on; the second ends at once.
  if (interrupted.signal.aborted) process.exit(exitCodes.interrupted)
  interrupted.abort()
})
process.on('SIGTERM', () => interrupted.abort())
// `bp job ls | head -1` closes the pipe early: that is no fault.
process.stdout.on('error', (error: Error & { code?: string }) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

const sink = (stream: NodeJS.WriteStream) => ({
  write: (text: string) => void stream.write(text),
  isTerminal: stream.isTTY,
  columns: stream.columns ?? (Number(process.env['COLUMNS']) || 80),
})
process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  streams: { out: sink(process.stdout), err: sink(process.stderr) },
  signal: interrupted.signal,
})
