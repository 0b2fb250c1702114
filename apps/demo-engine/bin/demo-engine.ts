#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { createEngine } from '../src/create-engine.ts'
import { parseFaults } from '../src/faults.ts'

const USAGE = `Usage: demo-engine [options]

A ComfyUI-compatible engine for pictures, without models. Prints one JSON line when it listens.

  --port N                 port to listen on; 0 takes a free one (BP_ENGINE_PORT, default 0)
  --host ADDRESS           address to listen on (default 127.0.0.1)
  --base-directory FOLDER  folder of input/, output/ and temp/ (BP_ENGINE_BASE, required)
  --fault LIST             what goes wrong on purpose, like slowNodeMs=200,crash (BP_ENGINE_FAULTS)
  --allow-faults           lets POST /__faults change that list while the engine runs
  --help                   this text
`

/** Exit code of the fault `crash`: none that a supervisor would take for a wish. */
const CRASH_CODE = 70

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    'base-directory': { type: 'string' },
    fault: { type: 'string', multiple: true },
    'allow-faults': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}

const baseDirectory = values['base-directory'] ?? process.env['BP_ENGINE_BASE']
const port = Number(values.port ?? process.env['BP_ENGINE_PORT'] ?? 0)
if (baseDirectory === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(
    `demo-engine: a base directory is needed, and a port from 0 to 65535.\n\n${USAGE}`,
  )
  process.exit(2)
}

const engine = await createEngine({
  baseDirectory,
  port,
  host: values.host,
  faults: parseFaults(values.fault?.join(',') ?? process.env['BP_ENGINE_FAULTS'] ?? ''),
  allowFaults: values['allow-faults'],
  log: line => process.stderr.write(`${line}\n`),
  onCrash: () => process.exit(CRASH_CODE),
})
// Before the line that says it is up: whoever reads it may end it in the same breath.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    // The second signal finds no listener any more and ends the process at once.
    void engine.close().then(() => process.exit(0))
  })
process.stdout.write(
  `${JSON.stringify({ event: 'listening', url: engine.url, pid: process.pid })}\n`,
)
