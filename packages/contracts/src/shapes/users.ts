import { z } from 'zod'
import { scopes, userRoles } from '../users.ts'
import { idText, Time } from './wire.ts'

/** Who is calling; null without a sign-in. */
export const Me = z.object({
  user: z
    .object({
      id: idText('user'),
      name: z.string(),
      role: z.enum(userRoles.words),
      scopes: z.array(z.enum(scopes)),
      via: z.enum(['session', 'local']),
    })
    .nullable(),
})
export type Me = z.infer<typeof Me>
export const LinkRedeem = z.strictObject({ token: z.string().min(32).max(128) })
export const LinkMade = z.object({ url: z.string(), expires_at: Time })

/** What the web app must know before a sign-in. */
export const Site = z.object({
  name: z.string(),
  version: z.string(),
  commit: z.string(),
  sign_in: z.enum(['link']),
  /** Origins that the page may load media from and upload to. */
  files_origin: z.string(),
  limits: z.object({
    upload_bytes_max: z.int(),
    image_pixels_max: z.int(),
    image_types: z.array(z.string()),
  }),
  as_of: Time,
})
export type Site = z.infer<typeof Site>
