import { describe, expect, it } from 'vitest'
import { waitCodes } from '@bp/contracts/jobs'
import { whyWaiting, type WaitFacts } from './waiting.ts'

const ordinary: WaitFacts = {
  place: 'ready',
  delay: null,
  hasFleet: true,
  isQueuePaused: false,
  isFleetPaused: false,
  isEngineAway: false,
  ahead: 2,
  supply: { booting: 0, idle: 0, busy: 1 },
  userLimit: null,
  scalerText: null,
}
const none = { booting: 0, idle: 0, busy: 0 }

const cases: readonly [string, Partial<WaitFacts>, string][] = [
  ['ahead', {}, '2 jobs go first.'],
  ['ahead', { ahead: 1 }, '1 job goes first.'],
  ['ahead', { ahead: 0 }, 'It is next, as soon as a worker is free.'],
  [
    'ahead',
    { ahead: 0, supply: { ...none, idle: 1 } },
    'It is next; a worker is about to take it.',
  ],
  ['booting', { supply: { ...none, booting: 1 } }, 'A worker is starting.'],
  ['booting', { supply: { ...none, booting: 2 } }, '2 workers are starting.'],
  ['scaling', { supply: none }, 'A worker is about to be started.'],
  [
    'scaling',
    { supply: none, scalerText: 'The last worker did not start.' },
    'The last worker did not start.',
  ],
  ['no_fleet', { hasFleet: false }, 'No fleet runs this workflow yet.'],
  [
    'engine_away',
    { isEngineAway: true },
    'The engine does not answer. The job starts when it is back.',
  ],
  ['fleet_paused', { isFleetPaused: true }, 'The fleet is paused.'],
  ['queue_paused', { isQueuePaused: true, isFleetPaused: true }, 'The queue is paused.'],
  [
    'user_limit',
    { place: 'held', userLimit: 3 },
    'You may run 3 jobs at once; it starts when one of yours ends.',
  ],
  [
    'scheduled',
    { place: 'delayed', delay: { reason: 'scheduled', dueInMs: 300_000 } },
    'It starts in 5 min, as it was asked to.',
  ],
  [
    'retry_backoff',
    { place: 'delayed', delay: { reason: 'backoff', dueInMs: 3_400 } },
    'A worker was lost while it ran. It is tried again in 4 s.',
  ],
]

describe('whyWaiting', () => {
  it.each(cases)('%s: %o', (code, facts, text) => {
    const why = whyWaiting({ ...ordinary, ...facts })
    expect({ code: why.code, text: why.text }).toEqual({ code, text })
  })

  it('has a case for every code there is', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(waitCodes))
  })
})
