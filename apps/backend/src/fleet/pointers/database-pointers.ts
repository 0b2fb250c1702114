import type { Stage } from '@bp/contracts/fleets'
import { find } from '@bp/store/settings/find'
import { put } from '@bp/store/settings/put'
import type { Store } from '@bp/store/store'
import { configText } from '../fleet-config.ts'
import { readPointer, type FleetPointers } from './fleet-pointers.ts'

/** Whoever writes at the same moment is read again so many times. */
const triesMax = 5

const settingOf = ({ stage, slug }: { readonly stage: Stage; readonly slug: string }): string =>
  `fleet ${stage}/${slug}`

/** Pointers as settings of the database: for a single machine, where nobody else reads them. */
export const databasePointers = (store: Store): FleetPointers => ({
  put: async config => {
    const name = settingOf(config)
    const value = configText(config)
    for (let tries = 0; tries < triesMax; tries++) {
      const isThere = await store.write(async writer => {
        const before = await find(writer, name)
        if (before?.value === value) return true
        const rev = before === undefined ? {} : { rev: before.rev }
        return !('refused' in (await put(writer, { name, value, ...rev })))
      })
      if (isThere) return
    }
    throw new Error(`the setting "${name}" changed under each of ${triesMax} tries`)
  },
  get: async fleet =>
    readPointer((await store.read(reader => find(reader, settingOf(fleet))))?.value),
})
