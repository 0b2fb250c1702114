import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandId, type WorkerId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { afterEnd, type End, type JobFacts, type Next } from './after-end.ts'

const workerId = brandId<WorkerId>(7n)
const fresh: JobFacts = {
  cancelAsked: false,
  losses: 0,
  lossesMax: limits.lossesMax,
  interruptions: 0,
}
const nowMs = 1_000_000
const half = () => 0.5
const lost: End = { kind: 'lost', workerId, announced: false }
const crashed: End = { kind: 'infrastructure', code: 'engine_crashed', workerId }
const released: End = { kind: 'released', reason: 'drain', workerId }

const cases: readonly [string, Partial<JobFacts>, End, Next][] = [
  ['a success', {}, { kind: 'succeeded' }, { to: 'succeeded' }],
  [
    'a fault of the job is final at once',
    { losses: 2 },
    { kind: 'job_fault', code: 'node_error' },
    { to: 'failed', code: 'node_error', losses: 2 },
  ],
  ['running too long', {}, { kind: 'timed_out' }, { to: 'failed', code: 'timed_out', losses: 0 }],
  ['a deadline', {}, { kind: 'deadline' }, { to: 'expired', code: 'deadline_exceeded' }],
  [
    'a first loss waits 2 s · 2¹ · ¾ and avoids the worker',
    {},
    crashed,
    { to: 'delayed', losses: 1, interruptions: 0, dueAtMs: nowMs + 3_000, avoidWorkerId: workerId },
  ],
  [
    'the fifth loss is the last that is forgiven; its wait is capped at a minute',
    { losses: 4 },
    lost,
    {
      to: 'delayed',
      losses: 5,
      interruptions: 0,
      dueAtMs: nowMs + 45_000,
      avoidWorkerId: workerId,
    },
  ],
  ['one loss too many', { losses: 5 }, lost, { to: 'failed', code: 'worker_lost', losses: 6 }],
  [
    'a job that wants no retry',
    { lossesMax: 0 },
    crashed,
    { to: 'failed', code: 'worker_lost', losses: 1 },
  ],
  ['a release costs nothing', { losses: 5 }, released, { to: 'ready', interruptions: 1 }],
  [
    'a loss by a worker that had announced it is a release',
    { losses: 5 },
    { ...lost, announced: true },
    { to: 'ready', interruptions: 1 },
  ],
  [
    'interruptions above their bound count as losses',
    { interruptions: limits.interruptionsMax },
    released,
    {
      to: 'delayed',
      losses: 1,
      interruptions: limits.interruptionsMax + 1,
      dueAtMs: nowMs + 3_000,
      avoidWorkerId: workerId,
    },
  ],
]

const anyEnd = fc.constantFrom<End>(
  { kind: 'succeeded' },
  { kind: 'job_fault', code: 'out_of_memory' },
  { kind: 'timed_out' },
  { kind: 'deadline' },
  lost,
  { ...lost, announced: true },
  crashed,
  released,
)

describe('afterEnd', () => {
  it.each(cases)('%s', (_name, facts, end, next) => {
    expect(afterEnd({ ...fresh, ...facts }, end, nowMs, half)).toEqual(next)
  })

  it('cancels whatever the end was, once somebody asked for it', () => {
    fc.assert(
      fc.property(anyEnd, end => {
        expect(afterEnd({ ...fresh, cancelAsked: true }, end, nowMs, half)).toEqual({
          to: 'canceled',
        })
      }),
    )
  })

  it('lets no job travel for ever: whatever keeps happening, it ends within the two bounds', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.constantFrom(lost, crashed, released)),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (ends, chance) => {
          let job = fresh
          let steps = 0
          const waitsMs: number[] = []
          for (const end of ends) {
            steps += 1
            const next = afterEnd(job, end, nowMs, () => chance)
            if (next.to !== 'ready' && next.to !== 'delayed') break
            job = { ...job, ...next }
            if (next.to === 'delayed') waitsMs.push(next.dueAtMs - nowMs)
          }
          expect(waitsMs.every(waitMs => waitMs >= 2_000 && waitMs <= 60_000)).toBe(true)
          expect(steps).toBeLessThanOrEqual(limits.interruptionsMax + limits.lossesMax + 1)
        },
      ),
    )
  })
})
