import { limits } from '@bp/contracts/limits'
import type { SignedAddress } from '../object-store.ts'

/** What whoever follows an address is to be told. Undefined leaves it to what rests with the object. */
export interface Answer {
  readonly contentType?: string
  readonly disposition?: string
}

/** Signs an address for the window that is now. */
export type SignGet = (key: string, answer: Answer) => Promise<SignedAddress>

/** Addresses remembered; beyond, all are forgotten, which costs a signature each. */
const rememberedMax = 10_000

/** Signs each address once a window: a gallery shows the same files again and again. */
export function rememberAddresses(sign: SignGet, nowMs: () => number): SignGet {
  const remembered = new Map<string, SignedAddress>()
  return async (key, answer) => {
    const id = JSON.stringify([key, answer.contentType, answer.disposition])
    const known = remembered.get(id)
    if (known !== undefined && known.expiresAtMs - nowMs() > limits.signedUrlMs) return known
    const address = await sign(key, answer)
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(id, address)
    return address
  }
}
