import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { objectStoreContract } from '../../test/object-store-contract.ts'
import { openLocalObjectStore } from './local/local-object-store.ts'

objectStoreContract('local', async () => {
  let shiftMs = 0
  const folder = await mkdtemp(join(tmpdir(), 'bp-objects-'))
  const store = await openLocalObjectStore({
    folder,
    secret: Buffer.alloc(32, 7),
    host: '127.0.0.1',
    port: 0,
    appOrigins: [],
    nowMs: () => Date.now() + shiftMs,
    log: { warn: () => undefined },
  })
  return {
    store,
    saysSafetyHeaders: true,
    lapsed: async sign => {
      const signed = await sign(store)
      shiftMs += 86_400_000
      return signed
    },
    leftovers: () => readdir(join(folder, '.incoming')),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
})
