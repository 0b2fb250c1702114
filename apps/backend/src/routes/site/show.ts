import { imageTypes } from '@bp/contracts/assets'
import { limits } from '@bp/contracts/limits'
import type { Handler } from '../../http/call.ts'
import { wireTime } from '../time.ts'

export const show: Handler<'site.show'> = async (_call, { config, objects }) => ({
  body: {
    name: 'bp',
    version: config.version,
    commit: config.commit,
    sign_in: 'link',
    files_origin: objects.origin,
    limits: {
      upload_bytes_max: limits.uploadBytesMax,
      image_pixels_max: limits.imagePixelsMax,
      image_types: [...imageTypes],
    },
    as_of: wireTime(Date.now()),
  },
})
