import type { Handler } from '../../http/call.ts'
import { findOwnAsset } from './find-own.ts'
import { assetToWire } from './wire.ts'

export const show: Handler<'assets.show'> = async ({ params, caller }, { store, objects }) => ({
  body: await assetToWire(await findOwnAsset(store, params.id, caller.id), objects),
})
