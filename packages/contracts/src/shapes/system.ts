import { z } from 'zod'
import { Time } from './wire.ts'

export const Up = z.object({ status: z.literal('ok') })
const Part = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  text: z.string(),
})
/** Every part of the system with a word about it: what `bp status` and `bp doctor` show. */
export const Ready = z.object({
  status: z.enum(['ok', 'warn', 'fail']),
  parts: z.array(Part),
  as_of: Time,
})
export const Version = z.object({
  version: z.string(),
  commit: z.string(),
  schema: z.int(),
  worker_protocol: z.tuple([z.int(), z.int()]),
})
export type Ready = z.infer<typeof Ready>
