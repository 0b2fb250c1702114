import { describe, expect, it } from 'vitest'
import { allSteps } from './all-steps.ts'
import { choose, runSteps } from './run-steps.ts'
import { chapter } from './step.ts'
import { summary, table } from './table.ts'

const step = chapter('A chapter')
const never = async (): Promise<string> => Promise.reject(new Error('played in no scene'))
const made = (id: string, more: { needs?: string[]; secondsMax?: number; thin?: string } = {}) =>
  step({ id, title: `Title of ${id}`, real: 'nothing', emulated: 'all', play: never, ...more })

type Play = Parameters<typeof runSteps>[1]['play']
const sees: Play = async ({ id }) => `saw ${id}`

async function run(
  steps: Parameters<typeof runSteps>[0],
  {
    play = sees,
    signal = new AbortController().signal,
  }: { play?: Play; signal?: AbortSignal } = {},
) {
  const said: string[] = []
  const failed: string[] = []
  const outcomes = await runSteps(steps, {
    play,
    say: line => void said.push(line),
    signal,
    onFailure: ({ step: { id } }) => void failed.push(id),
  })
  return { said, failed, outcomes, results: outcomes.map(({ result }) => result) }
}

describe('steps', () => {
  it('are played in order; what needs a failed one is not reached, the rest goes on', async () => {
    const play: Play = async ({ id }) => {
      if (id === 'b') throw new Error('no luck')
      return `saw ${id}`
    }
    const steps = [made('a'), made('b'), made('c', { needs: ['b'] }), made('d', { needs: ['a'] })]
    const { results, failed, outcomes, said } = await run(steps, { play })
    expect(results).toEqual(['passed', 'failed', 'not reached', 'passed'])
    expect(failed).toEqual(['b'])
    expect(outcomes.map(({ note }) => note)).toEqual(['saw a', 'no luck', 'needs b', 'saw d'])
    expect(said.join('\n')).toContain('A chapter')
  })

  it('are cut at their bound, and say so', async () => {
    const play: Play = (_step, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cut')))
      })
    const { outcomes } = await run([made('slow', { secondsMax: 0.05 })], { play })
    expect(outcomes[0]?.note).toBe('not done within 0.05 s: cut')
  })

  it('are not begun after an abort', async () => {
    const { results } = await run([made('a')], { signal: AbortSignal.abort() })
    expect(results).toEqual(['not reached'])
  })
})

describe('the table', () => {
  it('has every step with what was real, emulated and thin, and the counts', async () => {
    const { outcomes } = await run([made('a'), made('b', { thin: 'half of it' })])
    expect(table(outcomes)).toContain('Title of a')
    expect(table(outcomes)).toContain('all; thin: half of it')
    expect(summary(outcomes)).toMatch(/^2 steps: 2 passed, 0 failed, 0 not reached, 1 thin; \d+ s/)
  })
})

describe('the choice', () => {
  const steps = [made('a'), made('b', { needs: ['a'] }), made('c')]

  it('brings what is needed, in the order of the list', () => {
    expect(choose(steps, ['b']).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(choose(steps, ['A chapter'])).toHaveLength(3)
    expect(choose(steps, [])).toHaveLength(3)
  })

  it('refuses an unknown name', () => {
    expect(() => choose(steps, ['x'])).toThrow('There is no step "x"')
  })
})

describe('the steps of the guide', () => {
  it('have names of their own, and need only what stands before them', () => {
    const seen = new Set<string>()
    for (const { id, needs, chapter: name } of allSteps) {
      expect(seen).not.toContain(id)
      expect(name).not.toBe('')
      for (const needed of needs) expect([...seen]).toContain(needed)
      seen.add(id)
    }
  })
})
