import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eventSeq,
  finalStatuses,
  isFinal,
  jobTransitions,
  type JobStatus,
} from '@bp/contracts/jobs'
import type { Job, JobProgressMessage } from '@bp/contracts/shapes/jobs'
import { inList, newerJob, withProgress } from './order.ts'

const progressOf = (value: number): Job['progress'] => ({
  value,
  nodes_done: 0,
  nodes_total: 4,
  current_node: null,
  current_node_class: null,
  step: null,
  steps: null,
  message: null,
})
const at = (ms: number): string => new Date(Date.UTC(2026, 0, 1) + ms).toISOString()

const job = (facts: Partial<Job>): Job => ({
  id: 'job_0000000000001',
  seq: 0,
  status: 'queued',
  phase: null,
  kind: 'effect',
  effect: { slug: 'soft-focus', name: 'Soft focus' },
  workflow: null,
  api: 'v1',
  input: {},
  input_assets: [],
  tags: [],
  metadata: {},
  priority: 'normal',
  created_at: at(0),
  started_at: null,
  finished_at: null,
  deadline_at: null,
  retried_from: null,
  idempotency_key: null,
  waiting: null,
  queue: null,
  progress: null,
  outputs: [],
  error: null,
  attempts: [],
  timings: { queued_ms: null, boot_ms: null, load_ms: null, run_ms: null, upload_ms: null },
  as_of: at(0),
  urls: { self: '', events: '', cancel: '', web: '' },
  ...facts,
})

/** A life of a job as the backend tells it: states with growing `seq`, and progress in between. */
const life = fc
  .array(
    fc.record({
      choice: fc.nat(),
      beats: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map(moves => {
    const states: Job[] = [job({ seq: eventSeq(0, 2) })]
    const messages: JobProgressMessage[] = []
    let status: JobStatus = 'queued'
    let seq = eventSeq(0, 2)
    let clock = 0
    for (const move of moves) {
      const ways: readonly JobStatus[] = jobTransitions[status]
      if (ways.length === 0) break
      status = ways[move.choice % ways.length] ?? status
      seq += 1
      clock += 10
      const beats = status === 'running' ? move.beats.toSorted((a, b) => a - b) : []
      states.push(job({ seq, status, as_of: at(clock) }))
      for (const value of beats) {
        clock += 1
        messages.push({
          job_id: 'job_0000000000001',
          seq,
          phase: 'executing',
          progress: progressOf(value),
        })
        states.push(
          job({ seq, status, phase: 'executing', progress: progressOf(value), as_of: at(clock) }),
        )
      }
    }
    return { states, messages }
  })

/** A job may not lose a state, nor progress within one, nor leave an end. */
const wentBack = (before: Job, after: Job | undefined): boolean =>
  after === undefined ||
  after.seq < before.seq ||
  (isFinal(before.status) && after.status !== before.status) ||
  (after.seq === before.seq &&
    (after.status !== before.status ||
      (after.progress?.value ?? 0) < (before.progress?.value ?? 0)))

describe('reports that come reordered, twice, or late', () => {
  const heard = life.chain(({ states, messages }) => {
    const all = [
      ...states.map(state => ({ kind: 'job' as const, state })),
      ...messages.map(message => ({ kind: 'progress' as const, message })),
    ]
    return fc.record({
      last: fc.constant(states.at(-1)),
      order: fc.array(fc.constantFrom(...all), { minLength: 0, maxLength: 24 }).chain(extra =>
        // Everything at least once, in any order, with repeats in between.
        fc.shuffledSubarray([...all, ...extra], { minLength: all.length + extra.length }),
      ),
    })
  })

  it('never turn a job back, and end at its newest state', () => {
    fc.assert(
      fc.property(heard, ({ last, order }) => {
        let cached: Job | undefined
        for (const report of order) {
          const before: Job | undefined = cached
          if (report.kind === 'job') cached = newerJob(cached, report.state)
          else if (cached) cached = withProgress(cached, report.message)
          expect(before === undefined || !wentBack(before, cached)).toBe(true)
        }
        expect(cached?.seq).toBe(last?.seq)
        expect(cached?.status).toBe(last?.status)
      }),
    )
  })
})

describe('one report', () => {
  const running = job({ seq: 8, status: 'running', progress: progressOf(0.5), as_of: at(100) })

  it('of an older state is dropped', () => {
    expect(newerJob(running, job({ seq: 7, status: 'queued', as_of: at(900) }))).toBe(running)
  })
  it('of a newer state is taken, whatever its time says', () => {
    for (const status of finalStatuses)
      expect(newerJob(running, job({ seq: 9, status, as_of: at(1) })).status).toBe(status)
  })
  it('of the same state brings newer facts without letting progress fall', () => {
    const late = job({
      seq: 8,
      status: 'running',
      progress: progressOf(0.3),
      tags: ['new'],
      as_of: at(200),
    })
    expect(newerJob(running, late)).toMatchObject({ tags: ['new'], progress: { value: 0.5 } })
  })
  it('of the same state that is older in time changes nothing', () => {
    expect(newerJob(running, job({ seq: 8, status: 'running', as_of: at(50) }))).toBe(running)
  })
  it('of progress for another try is not mixed into this one', () => {
    const message = {
      job_id: running.id,
      seq: 12,
      phase: 'executing' as const,
      progress: progressOf(0.9),
    }
    expect(withProgress(running, message)).toBe(running)
  })
  it('about a job that a list does not hold leaves the list alone', () => {
    const page = { data: [job({ id: 'job_0000000000002' })] }
    expect(inList(page, running)).toBe(page)
    expect(inList({ data: [job({ seq: 4 })] }, running).data[0]).toBe(running)
  })
})
