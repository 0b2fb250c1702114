import type { Handler } from '../../http/call.ts'

export const live: Handler<'system.live'> = async () => ({ body: { status: 'ok' } })
