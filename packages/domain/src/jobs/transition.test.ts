import { describe, expect, it } from 'vitest'
import { jobStatuses, jobTransitions } from '@bp/contracts/jobs'
import { statusOf, transition } from './transition.ts'

describe('transition', () => {
  const all = jobStatuses.flatMap(from => jobStatuses.map(to => ({ from, to })))

  it.each(all)('$from → $to is exactly as the table says', ({ from, to }) => {
    const change = transition(from, to, 2)
    expect('refused' in change).toBe(!jobTransitions[from].includes(to))
  })

  it('numbers events so that they are unique and grow over a life', () => {
    const seqs = [
      transition('queued', 'running', 1),
      transition('running', 'queued', 1),
      transition('queued', 'running', 2),
      transition('running', 'canceling', 2),
      transition('canceling', 'canceled', 2),
    ].map(change => ('seq' in change ? change.seq : Number.NaN))
    expect(seqs).toEqual([4, 6, 8, 9, 10])
  })

  it('accepts a late result of a job that waits again, after its requeue', () => {
    expect(transition('queued', 'succeeded', 1)).toHaveProperty('refused')
    expect(transition('queued', 'succeeded', 1, true)).toEqual({
      from: 'queued',
      to: 'succeeded',
      event: 'succeeded',
      seq: 7,
    })
    expect(transition('failed', 'succeeded', 1, true)).toHaveProperty('refused')
  })
})

describe('statusOf', () => {
  it.each([
    [{ state: 'open', hasLease: false, cancelAsked: false }, 'queued'],
    [{ state: 'open', hasLease: true, cancelAsked: false }, 'running'],
    [{ state: 'open', hasLease: true, cancelAsked: true }, 'canceling'],
    [{ state: 'failed', hasLease: false, cancelAsked: true }, 'failed'],
  ] as const)('%o is %s', (job, status) => {
    expect(statusOf(job)).toBe(status)
  })
})
