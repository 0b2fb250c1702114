import { problem } from '@bp/contracts/errors'
import { findVersion } from '@bp/store/workflows/find-version'
import type { Handler } from '../../http/call.ts'
import { versionToWire } from './wire.ts'

export const version: Handler<'workflows.version'> = async ({ params }, { store }) => {
  const found = await store.read(reader => findVersion(reader, { slug: params.slug, n: params.n }))
  if (found === undefined) throw problem('not_found', { noun: 'version' })
  return { body: versionToWire(found) }
}
