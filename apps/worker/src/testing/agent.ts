/** An agent between a fake backend and a real demo engine, for tests; everything ends with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, type Agent, type AgentEnd } from '../agent.ts'
import { jsonLog, type Log } from '../log.ts'
import type { Mode } from '../modes.ts'
import { DemoEngine } from './demo-engine.ts'
import { FakeBackend } from './fake-backend.ts'

export interface Bench extends AsyncDisposable {
  readonly backend: FakeBackend
  readonly engine: DemoEngine
  readonly folder: string
  readonly agent: Agent
  readonly modes: Mode[]
  readonly lines: string[]
  readonly log: Log
  readonly ended: Promise<AgentEnd>
}

/** Starts all three. The agent's waits are short where a test would only wait for them. */
export async function startBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-worker-'))
  const [backend, engine] = await Promise.all([
    FakeBackend.start(),
    DemoEngine.start(join(folder, 'engine')),
  ])
  const { secret } = backend
  const modes: Mode[] = []
  const lines: string[] = []
  const log = jsonLog(line => lines.push(line))
  const agent = createAgent({
    config: {
      url: backend.url,
      stage: 'production',
      fleet: 'local',
      launch: null,
      instance: 'bench',
      engineUrl: engine.url,
      dataFolder: join(folder, 'data'),
      engineFolder: null,
      machine: null,
    },
    secrets: { fleetSecret: async () => secret },
    log,
    versions: { agent: 'test' },
    onMode: mode => modes.push(mode),
    times: { engineAwayMs: 500, engineLookMs: 100 },
  })
  const ended = agent.run()
  return {
    backend,
    engine,
    folder,
    agent,
    modes,
    lines,
    log,
    ended,
    [Symbol.asyncDispose]: async () => {
      agent.stop()
      await ended
      await engine[Symbol.asyncDispose]()
      await backend[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
