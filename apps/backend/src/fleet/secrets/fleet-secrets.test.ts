import { describe, expect, it } from 'vitest'
import type { Stage } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { createHealth } from '../../health.ts'
import { createLog } from '../../log.ts'
import { envFleetSecrets, ssmFleetSecrets, stagesOf } from './fleet-secrets.ts'

const [first, second] = ['mgN7zqXk2vRt9LwPb4cYh6Ds', 'Qe5uJf8aTx3nVy1oKi0rGw7Z']
const parameter = (stage: Stage, label = '') => `${names.parameters.fleetSecret(stage)}${label}`

function bench() {
  const values = new Map<string, string>()
  const state = { nowMs: 0, asked: 0, isAway: false }
  const health = createHealth(() => 0)
  const secrets = ssmFleetSecrets(
    {
      get: async name => {
        state.asked++
        if (state.isAway) throw new Error('nobody answers')
        const value = values.get(name)
        return value === undefined ? undefined : { value }
      },
    },
    { health, log: createLog('silent', undefined), nowMs: () => state.nowMs },
  )
  const said = () => health.parts().find(part => part.name === 'fleet secret staging')?.text
  return { values, state, secrets, said }
}

describe('fleet secrets of the Systems Manager', () => {
  it('are the labelled ones, current before previous', async () => {
    const { values, secrets } = bench()
    values.set(parameter('staging'), 'the newest, which nobody has labelled yet')
    values.set(parameter('staging', ':current'), second)
    values.set(parameter('staging', ':previous'), first)
    expect(await secrets.of('staging')).toEqual([second, first])
  })

  it('are the newest where nothing is labelled', async () => {
    const { values, secrets } = bench()
    values.set(parameter('staging'), first)
    expect(await secrets.of('staging')).toEqual([first])
  })

  it('are asked for once a minute, all at once or not', async () => {
    const { values, state, secrets } = bench()
    values.set(parameter('staging', ':current'), first)
    await Promise.all([1, 2, 3].map(() => secrets.of('staging')))
    const { asked } = state
    state.nowMs = 59_000
    await secrets.of('staging')
    expect(state.asked).toBe(asked)
    values.set(parameter('staging', ':current'), second)
    state.nowMs = 61_000
    expect(await secrets.of('staging')).toEqual([second])
  })

  it('are soon looked for again when there were none', async () => {
    const { values, state, secrets, said } = bench()
    expect(await secrets.of('staging')).toEqual([])
    expect(said()).toContain('/bp/fleets/staging/fleet-secret is not set')
    values.set(parameter('staging'), first)
    state.nowMs = 6_000
    expect(await secrets.of('staging')).toEqual([first])
  })

  it('open nothing while they are placeholders, and say so without showing them', async () => {
    const { values, secrets, said } = bench()
    values.set(parameter('staging'), 'changeme-changeme-changeme')
    expect(await secrets.of('staging')).toEqual([])
    expect(said()).toContain('placeholder')
    expect(said()).not.toContain('changeme')
  })

  it('outlive ten minutes of silence, and no more', async () => {
    const { values, state, secrets } = bench()
    values.set(parameter('staging'), first)
    await secrets.of('staging')
    state.isAway = true
    state.nowMs = 300_000
    expect(await secrets.of('staging')).toEqual([first])
    state.nowMs = 700_000
    await expect(secrets.of('staging')).rejects.toThrow('nobody answers')
  })
})

describe('the stages that a text opens', () => {
  it('are those whose secret it is', async () => {
    const { values, secrets } = bench()
    values.set(parameter('staging'), first)
    values.set(parameter('production'), second)
    expect(await stagesOf(secrets, secret => secret === first)).toEqual(['staging'])
    expect(await stagesOf(secrets, secret => secret === second)).toEqual(['production'])
    expect(await stagesOf(secrets, () => false)).toEqual([])
  })

  it('are no verdict while nobody can be asked', async () => {
    const { state, secrets } = bench()
    state.isAway = true
    await expect(stagesOf(secrets, () => true)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('are all, where the secret stands in the environment', async () => {
    expect(await stagesOf(envFleetSecrets(first), secret => secret === first)).toHaveLength(2)
    expect(await stagesOf(envFleetSecrets('changeme'), () => true)).toEqual([])
    expect(await stagesOf(envFleetSecrets(undefined), () => true)).toEqual([])
  })
})
