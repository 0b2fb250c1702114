import { describe, expect, it } from 'vitest'
import { modeAfter, modes, type AgentEvent, type Mode } from './modes.ts'

const follow = (events: readonly AgentEvent[], from: Mode = 'starting') =>
  events.reduce<Mode>((mode, event) => modeAfter(mode, event) ?? mode, from)

describe('the life of an agent', () => {
  it('goes from its start through work and back to waiting', () => {
    expect(follow(['begun', 'registered', 'asking', 'granted'])).toBe('running')
    expect(follow(['ended', 'asking', 'nothing'], 'running')).toBe('ready')
  })

  it('finishes what runs before a drain ends it', () => {
    expect(follow(['drain'], 'running')).toBe('draining')
    expect(follow(['drain', 'ended'], 'running')).toBe('draining')
    expect(follow(['drain', 'ended', 'drained'], 'running')).toBe('stopped')
  })

  it('has nothing to wait for when it drains before it is registered', () => {
    expect(follow(['drain'])).toBe('stopped')
    expect(follow(['begun', 'drain'])).toBe('stopped')
  })

  it('registers anew without a token, but not in the middle of a job or of an end', () => {
    expect(modeAfter('leasing', 'token_lost')).toBe('registering')
    expect(modeAfter('ready', 'token_lost')).toBe('registering')
    expect(modeAfter('running', 'token_lost')).toBeUndefined()
    expect(modeAfter('draining', 'token_lost')).toBeUndefined()
  })

  it('is granted nothing unless it has asked', () => {
    expect(modes.filter(mode => modeAfter(mode, 'granted') !== undefined)).toEqual(['leasing'])
  })

  it('can be stopped from everywhere, and never comes back', () => {
    const living = modes.filter(mode => mode !== 'stopped')
    expect(living.map(mode => modeAfter(mode, 'stop'))).toEqual(living.map(() => 'stopped'))
    const events: AgentEvent[] = ['begun', 'registered', 'asking', 'granted', 'drain', 'stop']
    expect(follow(events, 'stopped')).toBe('stopped')
  })
})
