import type { Context } from '../../context.ts'
import type { Part } from '../../health.ts'
import type { Handler } from '../../http/call.ts'
import { wireTime } from '../time.ts'

/** Every part with a word about it; the worst part is the whole's. */
export const ready: Handler<'system.ready'> = async (_call, context) => {
  const parts = [await databasePart(context), ...context.health.parts()]
  const worst = parts.some(part => part.status === 'fail')
    ? 'fail'
    : parts.some(part => part.status === 'warn')
      ? 'warn'
      : 'ok'
  return { body: { status: worst, parts, as_of: wireTime(Date.now()) } }
}

async function databasePart({ store, schema }: Pick<Context, 'store' | 'schema'>): Promise<Part> {
  try {
    const found = await schema()
    return {
      name: 'database',
      status: found.state === 'current' ? 'ok' : 'fail',
      text:
        found.state === 'current'
          ? `${store.dialect} answers; its schema is ${found.current}.`
          : `Its schema is ${found.current}, this release wants ${found.expected}.`,
    }
  } catch {
    return { name: 'database', status: 'fail', text: 'It does not answer.' }
  }
}
