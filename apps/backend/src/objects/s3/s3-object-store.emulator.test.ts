import { createBucket, openTestEmulator } from '../../../test/emulator.ts'
import { objectStoreContract } from '../../../test/object-store-contract.ts'
import { openS3ObjectStore } from './s3-object-store.ts'

const bucket = 'bp-media-000000000000'

objectStoreContract('S3', async () => {
  const emulator = await openTestEmulator({ auth: true })
  await createBucket(bucket)
  let shiftMs = 0
  const store = await openS3ObjectStore({
    bucket,
    cdn: undefined,
    nowMs: () => Date.now() + shiftMs,
  })
  return {
    store,
    saysSafetyHeaders: false,
    lapsed: async sign => {
      shiftMs = -86_400_000
      try {
        return await sign(store)
      } finally {
        shiftMs = 0
      }
    },
    // What does not arrive whole is nowhere to be seen.
    leftovers: async () => [],
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await emulator[Symbol.asyncDispose]()
    },
  }
})
