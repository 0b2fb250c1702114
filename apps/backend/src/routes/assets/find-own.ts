import { problem } from '@bp/contracts/errors'
import { parseId, type UserId } from '@bp/contracts/ids'
import { find } from '@bp/store/assets/find'
import type { AssetRow } from '@bp/store/assets/rows'
import type { Store } from '@bp/store/store'

/** The owner's file. Throws `not_found` for absent and others' alike. */
export async function findOwnAsset(store: Store, text: string, owner: UserId): Promise<AssetRow> {
  const id = parseId('asset', text)
  const row = id === undefined ? undefined : await store.read(reader => find(reader, { id, owner }))
  if (row === undefined) throw problem('not_found', { noun: 'file' })
  return row
}
