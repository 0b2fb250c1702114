import { problem } from '@bp/contracts/errors'
import type { Handler } from '../../http/call.ts'

/** The database answers, and with the schema of this release. */
export const up: Handler<'system.up'> = async (_call, { schema, log }) => {
  try {
    const { state } = await schema()
    if (state === 'current') return { body: { status: 'ok' } }
    throw problem('unavailable', { reason: `the database is not of this release (${state})` })
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'Problem') throw thrown
    log.warn({ err: thrown }, 'the database does not answer')
    throw problem('unavailable', { reason: 'the database does not answer' }, { retryAfterS: 2 })
  }
}
