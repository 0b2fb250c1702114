import type { LinkId, UserId } from '@bp/contracts/ids'
import type { LinkKind, UserRole } from '@bp/contracts/users'
import { insertRows } from '../insert-rows.ts'
import { bytes, noId } from '../row.ts'
import type { Writer } from '../store.ts'
import { oneTimeLinks } from './rows.ts'

/** A link that signs in once. Only the hash (32 bytes, SHA-256 of the token) is kept. */
export async function createLink(
  writer: Writer,
  link: {
    readonly tokenHash: Uint8Array
    readonly kind: LinkKind
    readonly userId: UserId
    readonly role: UserRole
    readonly madeBy?: UserId
    readonly email?: string
    readonly validForMs: number
  },
): Promise<LinkId> {
  const id: LinkId = writer.ids.next()
  await insertRows(writer, oneTimeLinks, [
    {
      id,
      tokenHash: bytes.read(link.tokenHash),
      kind: link.kind,
      userId: link.userId,
      email: link.email ?? null,
      role: link.role,
      madeBy: link.madeBy ?? noId(),
      expiresAt: (await writer.now()) + link.validForMs,
      usedAt: null,
    },
  ])
  return id
}
