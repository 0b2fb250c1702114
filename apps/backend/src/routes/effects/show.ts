import { problem } from '@bp/contracts/errors'
import { findPublished } from '@bp/store/effects/find-published'
import type { Handler } from '../../http/call.ts'
import { effectToWire } from './wire.ts'

export const show: Handler<'effects.show'> = async ({ params }, { store, objects, usualRuns }) => {
  const effect = await store.read(reader => findPublished(reader, { slug: params.slug }))
  if (effect === undefined) throw problem('not_found', { noun: 'effect' })
  const usual = (await usualRuns.all()).get(effect.id)
  return { body: await effectToWire(effect, objects, usual) }
}
