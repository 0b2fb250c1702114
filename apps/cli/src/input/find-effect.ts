import { ApiProblem, type Client } from '@bp/client'
import type { Effect } from '@bp/contracts/shapes/effects'
import { closest } from '../closest.ts'
import { Refusal } from '../refusal.ts'

/** One effect; when there is none of that slug, the refusal names the one that was probably meant. */
export async function findEffect(
  client: Client,
  slug: string,
  signal: AbortSignal,
): Promise<Effect> {
  try {
    return await client.effects.show({ params: { slug }, signal })
  } catch (error) {
    if (!(error instanceof ApiProblem) || (error.status !== 404 && error.status !== 422))
      throw error
    const known = await client.effects.list({ query: { limit: 100 }, signal })
    const near = closest(
      slug,
      known.data.map(effect => effect.slug),
    )
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    throw new Refusal('not_found', 'notFound', `There is no effect "${slug}".${hint}`, {
      next: near === undefined ? 'npx bp effect ls' : `npx bp effect show ${near}`,
      requestId: error.requestId,
      cause: error,
    })
  }
}
