import { z } from 'zod'
import { stages } from '../fleets.ts'
import { Waiting } from './jobs.ts'
import { idText, Ms, Slug, Time } from './wire.ts'

const FleetCounts = z.object({
  /** Jobs a worker could take now, running, waiting for their time, above a user's limit. */
  ready: z.int(),
  leased: z.int(),
  delayed: z.int(),
  held: z.int(),
  oldest_ready_ms: Ms.nullable(),
})
const FleetSupply = z.object({
  booting: z.int(),
  ready: z.int(),
  busy: z.int(),
  draining: z.int(),
})
export const Fleet = z.object({
  stage: z.enum(stages.words),
  slug: Slug,
  name: z.string(),
  max_workers: z.int(),
  workflows: z.int(),
  backlog: FleetCounts,
  supply: FleetSupply,
  /** What the scaler did last, in words. */
  last_decision: z.object({ at: Time, text: z.string() }).nullable(),
})
export type Fleet = z.infer<typeof Fleet>

/** What the console's live page shows: who waits, who runs, who works, and why. */
export const QueueView = z.object({
  as_of: Time,
  fleets: z.array(Fleet),
  waiting: z.array(
    z.object({
      job: idText('job'),
      effect: z.string().nullable(),
      since: Time,
      why: Waiting,
      place: z.int(),
    }),
  ),
  running: z.array(
    z.object({
      job: idText('job'),
      effect: z.string().nullable(),
      worker: z.string(),
      phase: z.string().nullable(),
      progress: z.number(),
      started_at: Time,
    }),
  ),
  finished_hour: z.object({
    succeeded: z.int(),
    failed: z.int(),
    canceled: z.int(),
    expired: z.int(),
  }),
})
export type QueueView = z.infer<typeof QueueView>
