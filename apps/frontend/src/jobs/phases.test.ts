import { describe, expect, it } from 'vitest'
import type { Job } from '@bp/contracts/shapes/jobs'
import { stepsOf } from './phases.ts'

const none: Job['timings'] = {
  queued_ms: null,
  boot_ms: null,
  load_ms: null,
  run_ms: null,
  upload_ms: null,
}
const states = (
  status: Job['status'],
  phase: Job['phase'],
  timings: Partial<Job['timings']> = {},
  started = true,
) =>
  stepsOf({
    status,
    phase,
    timings: { ...none, ...timings },
    started_at: started ? '2026-01-01T00:00:00.000Z' : null,
  }).map(step => step.state)

describe('the five steps', () => {
  it('begin with the queue', () => {
    expect(states('queued', 'waiting_for_capacity', {}, false)).toEqual([
      'now',
      'to_come',
      'to_come',
      'to_come',
      'to_come',
    ])
  })
  it('show the start of a worker while the run still waits', () => {
    expect(states('queued', 'provisioning', {}, false)[1]).toBe('now')
  })
  it('call a step that did not happen "not needed", never done', () => {
    expect(states('running', 'executing', { queued_ms: 10 })).toEqual([
      'done',
      'not_needed',
      'not_needed',
      'now',
      'to_come',
    ])
    expect(states('succeeded', null, { queued_ms: 10, boot_ms: 900, run_ms: 5 })).toEqual([
      'done',
      'done',
      'not_needed',
      'done',
      'done',
    ])
  })
  it('end where a run without a result ended', () => {
    expect(states('failed', null, { queued_ms: 10, run_ms: 40 })).toEqual([
      'done',
      'not_needed',
      'not_needed',
      'stopped',
      'not_reached',
    ])
    expect(states('canceled', null, {}, false)).toEqual([
      'stopped',
      'not_reached',
      'not_reached',
      'not_reached',
      'not_reached',
    ])
  })
})
