import { problem } from '@bp/contracts/errors'
import { find } from '@bp/store/workflows/find'
import { findVersion } from '@bp/store/workflows/find-version'
import type { Handler } from '../../http/call.ts'
import { workflowToWire } from './wire.ts'

export const show: Handler<'workflows.show'> = async ({ params }, { store }) => {
  const [workflow, current] = await store.read(reader =>
    Promise.all([find(reader, { slug: params.slug }), findVersion(reader, { slug: params.slug })]),
  )
  if (workflow === undefined) throw problem('not_found', { noun: 'workflow' })
  return { body: workflowToWire({ ...workflow, currentN: current?.n ?? 0 }) }
}
