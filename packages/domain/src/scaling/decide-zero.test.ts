import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { workerStates } from '@bp/contracts/workers'
import {
  decideZero,
  zeroLimits,
  type AgentEvidence,
  type ZeroBackend,
  type ZeroInput,
  type ZeroMachine,
  type ZeroWorker,
} from './decide-zero.ts'

const minute = 60_000
const machine = (id: string, more: Partial<ZeroMachine> = {}): ZeroMachine => ({
  id,
  lifecycle: 'in_service',
  ageMs: 60 * minute,
  evidence: null,
  ...more,
})
const worker = (instance: string, more: Partial<ZeroWorker> = {}): ZeroWorker => ({
  instance,
  state: 'ready',
  leases: 0,
  ...more,
})
const says = (state: 'idle' | 'busy', forMs: number, ageMs = 0.5 * minute): AgentEvidence => ({
  state,
  forMs,
  ageMs,
})
const answers = (more: Partial<Extract<ZeroBackend, { kind: 'answers' }>> = {}): ZeroBackend => ({
  kind: 'answers',
  scalerAgeMs: 10 * minute,
  leases: 0,
  waiting: 0,
  workers: [],
  ...more,
})
const away = (forMs: number): ZeroBackend => ({ kind: 'away', forMs })
const ask = (more: Partial<ZeroInput>): ZeroInput => ({
  trigger: 'queue_empty',
  closedForMs: null,
  floor: 0,
  runMsMax: 30 * minute,
  backend: answers(),
  machines: [machine('a')],
  endingsLeft: zeroLimits.endingsMax,
  ...more,
})

interface Row {
  readonly name: string
  readonly input: Partial<ZeroInput>
  readonly verdict: string
  readonly end?: readonly string[]
  readonly keep?: Readonly<Record<string, string>>
}
const busyA = worker('a', { leases: 1 })
const rows: readonly Row[] = [
  {
    name: 'closed by hand: the idle machine goes, the busy one stays for now',
    input: {
      trigger: 'closed',
      closedForMs: 0,
      machines: [machine('a'), machine('b')],
      backend: answers({ scalerAgeMs: 1_000, leases: 1, workers: [busyA, worker('b')] }),
    },
    verdict: 'closed',
    end: ['b'],
    keep: { a: 'busy' },
  },
  {
    name: 'closed by hand: what drains finishes',
    input: {
      trigger: 'closed',
      closedForMs: 9 * minute,
      backend: answers({ workers: [worker('a', { state: 'draining' })] }),
    },
    verdict: 'closed',
    keep: { a: 'draining' },
  },
  {
    name: 'closed for ten minutes: busy ones go anyway',
    input: {
      trigger: 'closed',
      closedForMs: 10 * minute,
      backend: answers({ leases: 1, workers: [busyA] }),
    },
    verdict: 'closed_long',
    end: ['a'],
  },
  {
    name: 'closed, backend away: the idle word of the agent is enough',
    input: {
      trigger: 'closed',
      closedForMs: 0,
      backend: away(0),
      machines: [
        machine('a', { evidence: says('idle', minute) }),
        machine('b', { evidence: says('busy', minute) }),
        machine('c', { ageMs: 5 * minute }),
      ],
    },
    verdict: 'closed',
    end: ['a'],
    keep: { b: 'busy', c: 'young' },
  },
  {
    name: 'the scaler is alive: nothing',
    input: { backend: answers({ scalerAgeMs: 90_000, workers: [worker('a')] }) },
    verdict: 'scaler_alive',
    keep: { a: 'scaler_alive' },
  },
  {
    name: 'the scaler is alive: what the backend lists as drained goes',
    input: {
      machines: [machine('a'), machine('b')],
      backend: answers({
        scalerAgeMs: 0,
        workers: [worker('a', { state: 'drained' }), worker('b')],
      }),
    },
    verdict: 'scaler_alive',
    end: ['a'],
    keep: { b: 'scaler_alive' },
  },
  {
    name: 'the scaler is silent, a lease lives: refused',
    input: {
      machines: [machine('a'), machine('b')],
      backend: answers({ leases: 1, workers: [busyA, worker('b')] }),
    },
    verdict: 'refused',
    keep: { a: 'busy', b: 'leases_live' },
  },
  {
    name: 'the scaler is silent, a machine drains: refused',
    input: { backend: answers({ workers: [worker('a', { state: 'draining' })] }) },
    verdict: 'refused',
    keep: { a: 'draining' },
  },
  {
    name: 'the scaler never ticked: silent, idle ones go but the floor stays',
    input: {
      floor: 1,
      machines: [machine('old', { ageMs: 90 * minute }), machine('new')],
      backend: answers({ scalerAgeMs: null, workers: [worker('old'), worker('new')] }),
    },
    verdict: 'scaler_silent',
    end: ['old'],
    keep: { new: 'floor' },
  },
  {
    name: 'unknown to the backend: only the old one goes, and it is no floor',
    input: {
      floor: 1,
      machines: [
        machine('known'),
        machine('late', { ageMs: 20 * minute }),
        machine('lost', { ageMs: 20 * minute + 1 }),
      ],
      backend: answers({ workers: [worker('known')] }),
    },
    verdict: 'scaler_silent',
    end: ['lost'],
    keep: { known: 'floor', late: 'young' },
  },
  {
    name: 'silent only: each by itself, and idle ones stay while work waits',
    input: {
      trigger: 'silent',
      machines: [machine('a'), machine('b'), machine('c')],
      backend: answers({
        leases: 1,
        waiting: 2,
        workers: [busyA, worker('b'), worker('c', { state: 'drained' })],
      }),
    },
    verdict: 'scaler_silent',
    end: ['c'],
    keep: { a: 'busy', b: 'work_waits' },
  },
  {
    name: 'backend away: by the last word of the agent',
    input: {
      backend: away(59 * minute),
      machines: [
        machine('idle-10', { evidence: says('idle', 10 * minute) }),
        machine('idle-9', { evidence: says('idle', 9 * minute) }),
        machine('busy', { evidence: says('busy', 50 * minute) }),
        machine('mute-31', { ageMs: 31 * minute }),
        machine('mute-30', { ageMs: 30 * minute }),
        machine('hung', { evidence: says('busy', minute, 31 * minute) }),
      ],
    },
    verdict: 'backend_away',
    end: ['idle-10', 'mute-31'],
    keep: { 'idle-9': 'idle_too_short', busy: 'busy', 'mute-30': 'young', hung: 'busy' },
  },
  {
    name: 'backend away for an hour: busy ones go',
    input: {
      backend: away(60 * minute),
      machines: [machine('busy', { evidence: says('busy', minute) })],
    },
    verdict: 'backend_away',
    end: ['busy'],
  },
  {
    name: 'backend away for an hour, but jobs may run for two',
    input: {
      backend: away(60 * minute),
      runMsMax: 120 * minute,
      machines: [machine('busy', { evidence: says('busy', minute) })],
    },
    verdict: 'backend_away',
    keep: { busy: 'busy' },
  },
  {
    name: 'what is ending is left alone',
    input: {
      trigger: 'closed',
      closedForMs: 60 * minute,
      machines: [machine('a', { lifecycle: 'ending' })],
    },
    verdict: 'closed_long',
    keep: { a: 'ending_already' },
  },
]

describe('decideZero', () => {
  it.each(rows)('$name', ({ input, verdict, end = [], keep = {} }) => {
    const decided = decideZero(ask(input))
    expect(decided.verdict).toBe(verdict)
    expect(decided.end).toEqual(end)
    expect(Object.fromEntries(decided.keep.map(({ id, why }) => [id, why]))).toEqual(keep)
  })

  it('ends ten a run, the longest there first, and says that the others are later', () => {
    const machines = Array.from({ length: 13 }, (_, n) => machine(`m${n}`, { ageMs: n * minute }))
    const decided = decideZero(ask({ closedForMs: 60 * minute, machines, endingsLeft: 99 }))
    expect(decided.end).toEqual(Array.from({ length: 10 }, (_, n) => `m${12 - n}`))
    expect(decided.keep.map(({ why }) => why)).toEqual(['later', 'later', 'later'])
  })
})

const times = fc.integer({ min: 0, max: 180 * minute })
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n']
const anyMachines = fc.subarray(ids).chain(found =>
  fc.tuple(
    ...found.map(id =>
      fc.record({
        id: fc.constant(id),
        lifecycle: fc.constantFrom('pending' as const, 'in_service' as const, 'ending' as const),
        ageMs: times,
        evidence: fc.option(
          fc.record({
            state: fc.constantFrom('idle' as const, 'busy' as const),
            forMs: times,
            ageMs: times,
          }),
        ),
      }),
    ),
  ),
)
const anyWorkers = fc.subarray(ids).chain(found =>
  fc.tuple(
    ...found.map(instance =>
      fc.record({
        instance: fc.constant(instance),
        state: fc.constantFrom(...workerStates.words),
        leases: fc.constantFrom(0, 0, 1, 2),
      }),
    ),
  ),
)
const anyBackend: fc.Arbitrary<ZeroBackend> = fc.oneof(
  fc.record({
    kind: fc.constant('answers' as const),
    scalerAgeMs: fc.option(times),
    leases: fc.constantFrom(0, 0, 3),
    waiting: fc.constantFrom(0, 0, 5),
    workers: anyWorkers,
  }),
  fc.record({ kind: fc.constant('away' as const), forMs: times }),
)
const anyInput: fc.Arbitrary<ZeroInput> = fc.record({
  trigger: fc.constantFrom('queue_empty' as const, 'silent' as const, 'closed' as const),
  closedForMs: fc.option(times),
  floor: fc.integer({ min: 0, max: 4 }),
  runMsMax: times,
  backend: anyBackend,
  machines: anyMachines,
  endingsLeft: fc.integer({ min: -1, max: 20 }),
})
const always = (check: (input: ZeroInput) => void): void =>
  fc.assert(fc.property(anyInput, check), { numRuns: 400 })

describe('decideZero, whatever it is given', () => {
  it('answers for each machine exactly once', () => {
    always(input => {
      const { end, keep } = decideZero(input)
      expect([...end, ...keep.map(({ id }) => id)].toSorted()).toEqual(
        input.machines.map(({ id }) => id).toSorted(),
      )
    })
  })

  it('never ends more than ten, nor more than are left', () => {
    always(input => {
      expect(decideZero(input).end.length).toBeLessThanOrEqual(
        Math.max(0, Math.min(10, input.endingsLeft)),
      )
    })
  })

  it('never ends what holds a lease or drains while the backend answers, but in a group closed for ten minutes', () => {
    always(input => {
      const { backend } = input
      if (backend.kind === 'away' || (input.closedForMs ?? 0) >= 10 * minute) return
      const held = backend.workers.filter(one => one.leases > 0 || one.state === 'draining')
      const { end } = decideZero(input)
      expect(held.filter(one => end.includes(one.instance))).toEqual([])
    })
  })

  it('ends only drained machines while the scaler is alive', () => {
    always(input => {
      const decided = decideZero(input)
      const { backend } = input
      if (decided.verdict !== 'scaler_alive' || backend.kind === 'away') return
      for (const id of decided.end)
        expect(backend.workers.find(one => one.instance === id)?.state).toBe('drained')
    })
  })

  it('ends nothing on an empty queue while a lease lives and the scaler is silent', () => {
    always(given => {
      const input = { ...given, trigger: 'queue_empty' as const, closedForMs: null }
      const { backend } = input
      if (backend.kind === 'away' || backend.leases === 0) return
      if (backend.scalerAgeMs !== null && backend.scalerAgeMs <= 90_000) return
      expect(decideZero(input)).toMatchObject({ verdict: 'refused', end: [] })
    })
  })

  it('leaves the floor standing', () => {
    always(input => {
      const decided = decideZero(input)
      const { backend } = input
      if (decided.verdict !== 'scaler_silent' || backend.kind === 'away') return
      const usable = input.machines.filter(
        one =>
          one.lifecycle !== 'ending' &&
          backend.workers.some(
            ({ instance, state, leases }) =>
              instance === one.id && !(state === 'drained' && leases === 0),
          ),
      )
      const staying = usable.filter(({ id }) => !decided.end.includes(id)).length
      expect(staying).toBeGreaterThanOrEqual(Math.min(input.floor, usable.length))
    })
  })

  it('never ends a machine that is ending', () => {
    always(input => {
      const ending = input.machines.filter(one => one.lifecycle === 'ending').map(({ id }) => id)
      expect(decideZero(input).end.filter(id => ending.includes(id))).toEqual([])
    })
  })

  it('decides the same whatever the order of what it is given', () => {
    always(input => {
      expect(decideZero({ ...input, machines: input.machines.toReversed() })).toEqual(
        decideZero(input),
      )
    })
  })
})
