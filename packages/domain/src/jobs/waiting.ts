import type { DelayReason, WaitCode } from '@bp/contracts/jobs'

/** Facts about a job that waits and about the fleet that should run it. */
export interface WaitFacts {
  readonly place: 'ready' | 'delayed' | 'held'
  /** Why it lies in `delayed`, and ms until it is due. */
  readonly delay: { readonly reason: DelayReason; readonly dueInMs: number } | null
  /** False when no fleet serves the workflow. */
  readonly hasFleet: boolean
  readonly isQueuePaused: boolean
  readonly isFleetPaused: boolean
  /** Every live worker says that its engine does not answer. */
  readonly isEngineAway: boolean
  /** Jobs that go first. */
  readonly ahead: number
  readonly supply: { readonly booting: number; readonly idle: number; readonly busy: number }
  /** Running jobs the user may have at once; null when there is no limit. */
  readonly userLimit: number | null
  /** The scaler's own sentence when it holds back, e.g. after failed boots. */
  readonly scalerText: string | null
}

export interface WaitReason {
  readonly code: WaitCode
  readonly params: Readonly<Record<string, string | number>>
  readonly text: string
}

interface Rule {
  readonly code: WaitCode
  readonly when: (facts: WaitFacts) => boolean
  readonly params?: (facts: WaitFacts) => Readonly<Record<string, string | number>>
  readonly text: (facts: WaitFacts) => string
}

/** The first row that fits is the reason; what a person can change comes before what only takes time. */
const rules: readonly Rule[] = [
  {
    code: 'scheduled',
    when: facts => facts.delay?.reason === 'scheduled',
    params: dueIn,
    text: facts => `It starts in ${seconds(facts.delay?.dueInMs ?? 0)}, as it was asked to.`,
  },
  {
    code: 'retry_backoff',
    when: facts => facts.place === 'delayed',
    params: dueIn,
    text: facts =>
      `A worker was lost while it ran. It is tried again in ${seconds(facts.delay?.dueInMs ?? 0)}.`,
  },
  {
    code: 'no_fleet',
    when: facts => !facts.hasFleet,
    text: () => 'No fleet runs this workflow yet.',
  },
  {
    code: 'queue_paused',
    when: facts => facts.isQueuePaused,
    text: () => 'The queue is paused.',
  },
  {
    code: 'fleet_paused',
    when: facts => facts.isFleetPaused,
    text: () => 'The fleet is paused.',
  },
  {
    code: 'user_limit',
    when: facts => facts.place === 'held',
    params: facts => ({ limit: facts.userLimit ?? 0 }),
    text: facts =>
      facts.userLimit === null
        ? 'Your other jobs run first.'
        : `You may run ${count(facts.userLimit, 'job')} at once; it starts when one of yours ends.`,
  },
  {
    code: 'engine_away',
    when: facts => facts.isEngineAway,
    text: () => 'The engine does not answer. The job starts when it is back.',
  },
  {
    code: 'scaling',
    when: facts => supplyOf(facts) === 0,
    text: facts => facts.scalerText ?? 'A worker is about to be started.',
  },
  {
    code: 'booting',
    when: facts => facts.supply.idle + facts.supply.busy === 0,
    params: facts => ({ workers: facts.supply.booting }),
    text: facts =>
      facts.supply.booting === 1
        ? 'A worker is starting.'
        : `${facts.supply.booting} workers are starting.`,
  },
  {
    code: 'ahead',
    when: () => true,
    params: facts => ({ ahead: facts.ahead }),
    text: aheadText,
  },
]

/** Why a job waits: one code, its facts, one sentence. Always answers. */
export function whyWaiting(facts: WaitFacts): WaitReason {
  for (const rule of rules) {
    if (!rule.when(facts)) continue
    return { code: rule.code, params: rule.params?.(facts) ?? {}, text: rule.text(facts) }
  }
  return { code: 'ahead', params: { ahead: facts.ahead }, text: aheadText(facts) }
}

function dueIn(facts: WaitFacts): Readonly<Record<string, number>> {
  return { due_in_ms: Math.max(0, facts.delay?.dueInMs ?? 0) }
}

function supplyOf(facts: WaitFacts): number {
  return facts.supply.idle + facts.supply.busy + facts.supply.booting
}

function aheadText(facts: WaitFacts): string {
  if (facts.ahead > 0)
    return `${count(facts.ahead, 'job')} ${facts.ahead === 1 ? 'goes' : 'go'} first.`
  return facts.supply.idle > 0
    ? 'It is next; a worker is about to take it.'
    : 'It is next, as soon as a worker is free.'
}

function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`
}

function seconds(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms / 1000))
  return whole < 120 ? `${whole} s` : `${Math.ceil(whole / 60)} min`
}
