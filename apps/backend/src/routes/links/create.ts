import { createHash, randomBytes } from 'node:crypto'
import { limits } from '@bp/contracts/limits'
import { createLink } from '@bp/store/users/create-link'
import type { Context } from '../../context.ts'
import type { Handler } from '../../http/call.ts'
import { wireTime } from '../time.ts'

export const create: Handler<'links.create'> = async (_call, context) => {
  const link = await makeOwnerLink(context)
  return { body: { url: link.url, expires_at: wireTime(link.expiresAtMs) } }
}

/**
 * Makes a one-time link that signs the owner in. The token stands in the fragment, so no log and no Referer has it;
 * only its hash is stored.
 */
export async function makeOwnerLink({
  store,
  config,
  ownerId,
}: Pick<Context, 'store' | 'config' | 'ownerId'>): Promise<{ url: string; expiresAtMs: number }> {
  const token = randomBytes(32).toString('base64url')
  const tokenHash = createHash('sha256').update(token).digest()
  const nowMs = await store.write(async writer => {
    await createLink(writer, {
      tokenHash,
      kind: 'owner',
      userId: ownerId,
      role: 'admin',
      validForMs: limits.linkMs,
    })
    return writer.now()
  })
  return { url: `${config.publicUrl}/start#${token}`, expiresAtMs: nowMs + limits.linkMs }
}
