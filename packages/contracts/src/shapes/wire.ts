/** Shapes that every noun uses: times, money, lists, problems. snake_case, RFC 3339 UTC, durations in ms. */
import { z } from 'zod'
import { idPattern, type IdPrefix } from '../ids.ts'
import { limits } from '../limits.ts'

export const idText = (prefix: IdPrefix) =>
  z.string().regex(new RegExp(idPattern(prefix)), `must be a ${prefix}_… id`)
export const Slug = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/)
/** RFC 3339 UTC with `Z` and milliseconds. */
export const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const Ms = z.int().min(0)
export const Bytes = z.int().min(0)
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
export const Metadata = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/), z.string().max(256))
  .refine(
    pairs => Object.keys(pairs).length <= limits.metadataPairsMax,
    `at most ${limits.metadataPairsMax} pairs`,
  )
export const Tags = z.array(z.string().trim().min(1).max(limits.tagLengthMax)).max(limits.tagsMax)

export const ListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.listLimitMax).default(limits.listLimitDefault),
  cursor: z.string().max(200).optional(),
})
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() })

const FaultShape = z.object({
  pointer: z.string(),
  code: z.string(),
  message: z.string(),
  received: z.unknown().optional(),
  allowed: z.unknown().optional(),
})
/** RFC 9457 `application/problem+json`. */
export const ProblemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  remedy: z.string(),
  request_id: z.string(),
  retryable: z.boolean(),
  errors: z.array(FaultShape),
})
export type ProblemBody = z.infer<typeof ProblemShape>

export const Empty = z.strictObject({})
export const Done = z.object({ ok: z.literal(true) })
