import { z } from 'zod'
import { stages } from '../fleets.ts'
import { workerStates } from '../workers.ts'
import { DesiredConfig } from './desired-config.ts'
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

export const FleetDetail = Fleet.extend({
  /** What is asked of the fleet's stack; null for the fleet of this machine, which has none. */
  config: DesiredConfig.nullable(),
  /** Whether the document that the stack is made from says the same. A repeat of the creation writes it again. */
  pointer: z.enum(['written', 'missing', 'different']).nullable(),
})
export type FleetDetail = z.infer<typeof FleetDetail>

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

const Instance = z.string().min(1).max(64)
/** What the fallback must know of a fleet before it ends one of its machines. */
export const FleetMachines = z.object({
  /** Since the scaler's last full tick; null when it never had one. */
  scaler_age_ms: Ms.nullable(),
  /** Jobs that a worker could take now, and live leases. */
  waiting: z.int().min(0),
  leases: z.int().min(0),
  /** All that have not ended. Those that are `drained` hold nothing and only wait for their end. */
  workers: z.array(
    z.object({
      instance: Instance,
      state: z.enum(workerStates.words),
      leases: z.int().min(0),
    }),
  ),
})
export type FleetMachines = z.infer<typeof FleetMachines>

export const DrainMachine = z.strictObject({ instance: Instance })
/** `busy`: it holds a lease and nothing has changed. `unknown`: no live worker runs on this machine. */
export const MachineDrained = z.object({ result: z.enum(['drained', 'busy', 'unknown']) })
export type MachineDrained = z.infer<typeof MachineDrained>
