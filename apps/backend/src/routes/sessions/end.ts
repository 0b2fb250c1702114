import { endSession } from '@bp/store/users/end-session'
import type { Handler } from '../../http/call.ts'

/** Signs out. A local program has no session, so there is nothing to end. */
export const end: Handler<'sessions.end'> = async ({ caller }, { store, gate }) => {
  const { sessionToken } = caller
  if (sessionToken !== undefined) {
    await store.write(writer => endSession(writer, { token: sessionToken }))
    gate.callers.forgetSession(sessionToken)
  }
  return {
    body: { ok: true },
    headers: {
      'set-cookie': `${gate.callers.cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`,
    },
  }
}
