import { createHash, randomBytes } from 'node:crypto'
import { problem } from '@bp/contracts/errors'
import { formatId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { record } from '@bp/store/audit/record'
import { redeemLink } from '@bp/store/users/redeem-link'
import type { Handler } from '../../http/call.ts'
import { scopesOf } from '../../http/caller.ts'
import { meOf } from '../users/me.ts'

/** A link becomes a session. The cookie is for this port's name only and out of scripts' reach. */
export const redeem: Handler<'links.redeem'> = async (
  { body, headers, ip, requestId },
  { store, config, gate },
) => {
  const sessionToken = randomBytes(32).toString('base64url')
  const redeemed = await store.write(async writer => {
    const made = await redeemLink(writer, {
      tokenHash: createHash('sha256').update(body.token).digest(),
      sessionToken,
      validForMs: limits.sessionMs,
      ip,
      userAgent: (headers['user-agent'] ?? '').slice(0, 255),
    })
    if (made !== undefined)
      await record(writer, {
        actorId: made.user.id,
        ip,
        route: 'links.redeem',
        target: formatId('user', made.user.id),
        requestId,
      })
    return made
  })
  if (redeemed === undefined) throw problem('link_invalid', {})
  const { user } = redeemed
  const secure = config.publicUrl.startsWith('https:') ? '; Secure' : ''
  return {
    body: meOf({
      kind: 'user',
      id: user.id,
      name: user.name,
      role: user.role,
      scopes: scopesOf(user),
      via: 'session',
      sessionToken,
    }),
    headers: {
      'set-cookie': `${gate.callers.cookieName}=${sessionToken}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${limits.sessionMs / 1000}${secure}`,
    },
  }
}
