import { formatId } from '@bp/contracts/ids'
import type { Me } from '@bp/contracts/shapes/users'
import type { Handler } from '../../http/call.ts'
import type { Caller } from '../../http/caller.ts'

export const me: Handler<'users.me'> = async ({ caller }) => ({ body: meOf(caller) })

export const meOf = (caller: Caller): Me => ({
  user:
    caller.kind === 'user'
      ? {
          id: formatId('user', caller.id),
          name: caller.name,
          role: caller.role,
          scopes: [...caller.scopes],
          via: caller.via,
        }
      : null,
})
