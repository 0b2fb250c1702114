import type { EffectSummary } from '@bp/contracts/shapes/effects'
import type { Run } from '../../verb.ts'

/** Pages of a hundred that are read; more effects than that are not listed at once. */
const pagesMax = 20

/** All effects. */
export const run: Run = async function* (_input, context) {
  const client = await context.client()
  const effects: EffectSummary[] = []
  let cursor: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const query = cursor === undefined ? { limit: 100 } : { limit: 100, cursor }
    const answer = await client.effects.list({ query, signal: context.signal })
    effects.push(...answer.data)
    cursor = answer.next_cursor ?? undefined
    if (cursor === undefined) break
    yield { say: 'progress', phase: 'listing', text: `${effects.length} effects`, part: null }
  }
  return {
    data: { effects },
    view: {
      kind: 'table',
      columns: ['effect', 'name', 'makes', 'about'],
      rows: effects.map(effect => [
        effect.slug,
        effect.name,
        effect.output_kind,
        effect.description,
      ]),
      empty: 'There are no effects.',
    },
  }
}
