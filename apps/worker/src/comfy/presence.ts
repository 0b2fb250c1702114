/** Is the engine there? It answers `/system_stats` once all its nodes are imported. */
import type { Log } from '../log.ts'
import { pause } from '../waiting.ts'
import type { EngineHttp } from './http.ts'
import { fieldsOf, listOf, numberOf, textOf } from './json.ts'

type EngineState = 'starting' | 'up' | 'away'
export interface EngineFacts {
  readonly versions: Readonly<Record<string, string>>
  readonly gpu: string | null
  readonly vramBytes: number | null
}

export interface EnginePresence extends Disposable {
  state(): EngineState
  /** What it said of itself when it was last up. */
  facts(): EngineFacts | undefined
  /** Looks now, not in a while. Resolves when that look is over, or on abort. */
  lookNow(signal: AbortSignal): Promise<void>
  listen(listener: (state: EngineState) => void): () => void
  /** Resolves when the engine is up, or on abort. */
  up(signal: AbortSignal): Promise<void>
}

export interface PresenceOptions {
  readonly engine: EngineHttp
  readonly log: Log
  /** Pause between looks at an engine that is up, and at one that is not. */
  readonly everyMs?: number
  readonly awayEveryMs?: number
}

// A busy engine may be slow to answer; only a refused connection is a proof at once.
const answerMsMax = 5_000
const silencesMax = 3

/** Looks for as long as it is not disposed. */
export function enginePresence(options: PresenceOptions): EnginePresence {
  const end = new AbortController()
  const listeners = new Set<(state: EngineState) => void>()
  let state: EngineState = 'starting'
  let facts: EngineFacts | undefined
  let sooner = new AbortController()
  let askers: (() => void)[] = []

  const become = (next: EngineState, reason: string) => {
    if (state === next) return
    state = next
    options.log.info('engine.state', { state, reason })
    for (const listener of listeners) listener(next)
  }

  const look = async (): Promise<void> => {
    let failures = 0
    while (!end.signal.aborted) {
      // Who asks from here on waits for the next look: this one may have begun before what they doubt.
      const asked = askers
      askers = []
      try {
        const signal = AbortSignal.any([end.signal, AbortSignal.timeout(answerMsMax)])
        const answer = await options.engine.get('/system_stats', signal)
        if (answer.status !== 200) throw new Error(`it answers ${answer.status}`)
        facts = readFacts(answer.json)
        failures = 0
        become('up', 'it answers')
      } catch (error) {
        if (end.signal.aborted) return
        failures++
        const isSilent = error instanceof Error && error.name === 'TimeoutError'
        if (state === 'up' && (!isSilent || failures >= silencesMax))
          become('away', isSilent ? 'it is silent' : 'it does not answer')
      }
      for (const answer of asked) answer()
      const waitMs =
        state === 'up' && failures === 0 ? (options.everyMs ?? 5_000) : (options.awayEveryMs ?? 250)
      if (askers.length === 0) await pause(waitMs, AbortSignal.any([end.signal, sooner.signal]))
      if (sooner.signal.aborted) sooner = new AbortController()
    }
  }
  void look()

  return {
    state: () => state,
    facts: () => facts,
    lookNow: async signal => {
      if (signal.aborted || end.signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const done = () => resolve()
      askers.push(done)
      sooner.abort()
      signal.addEventListener('abort', done, { once: true })
      await promise
      signal.removeEventListener('abort', done)
    },
    listen: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    up: async signal => {
      if (state === 'up' || signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const done = () => resolve()
      const listener = (next: EngineState) => {
        if (next === 'up') done()
      }
      listeners.add(listener)
      signal.addEventListener('abort', done, { once: true })
      await promise
      listeners.delete(listener)
      signal.removeEventListener('abort', done)
    },
    [Symbol.dispose]: () => {
      end.abort()
      listeners.clear()
    },
  }
}

function readFacts(json: unknown): EngineFacts {
  const system = fieldsOf(fieldsOf(json)['system'])
  const device = fieldsOf(listOf(fieldsOf(json)['devices'])[0])
  const isGpu = textOf(device['type']) !== '' && textOf(device['type']) !== 'cpu'
  const versions: Record<string, string> = {}
  for (const [key, name] of [
    ['comfyui_version', 'engine'],
    ['pytorch_version', 'torch'],
    ['python_version', 'python'],
  ] as const) {
    const text = textOf(system[key]).slice(0, 120)
    if (text !== '') versions[name] = text
  }
  return {
    versions,
    gpu: isGpu ? textOf(device['name']).slice(0, 120) : null,
    vramBytes: isGpu ? (numberOf(device['vram_total']) ?? null) : null,
  }
}
