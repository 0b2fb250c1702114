import { z } from 'zod'
import { stages } from '../fleets.ts'
import { directives } from '../leases.ts'
import {
  drainReasons,
  workerHealths,
  workerMarkets,
  workerPhases,
  workerStates,
} from '../workers.ts'
import { Bytes, idText, Ms, Slug, Time } from './wire.ts'

export const Register = z.strictObject({
  stage: z.enum(stages.words),
  fleet: Slug,
  /** The launch row that started this machine, where the starter passed it on. */
  launch: idText('launch').nullable(),
  instance: z.string().min(1).max(64),
  /** Random per boot: the same boot with its token is the same worker. */
  boot_id: z.uuid(),
  protocol: z.int(),
  versions: z.record(z.string().max(32), z.string().max(120)),
  hardware: z.strictObject({
    gpu: z.string().max(120).nullable(),
    vram_bytes: Bytes.nullable(),
    ram_bytes: Bytes,
    disk_free_bytes: Bytes.nullable(),
  }),
  slots: z.int().min(1).max(64),
  /** What the machine knows of itself where a cloud made it and no launch row does; null elsewhere. */
  machine: z
    .strictObject({
      market: z.enum(['spot', 'on_demand']),
      az: z.string().min(1).max(32),
      instance_type: z.string().min(1).max(32),
    })
    .nullable()
    .default(null),
})
export const Registered = z.object({
  worker: idText('worker'),
  /** Shown once; bearer of every other call. */
  token: z.string(),
  protocol: z.int(),
  config: z.object({ beat_every_ms: Ms, lease_ms: Ms }),
})
export type Register = z.infer<typeof Register>
export type Registered = z.infer<typeof Registered>

export const PhaseReport = z.strictObject({
  phase: z.enum(workerPhases.words),
  took_ms: Ms.nullable(),
  health: z.enum(workerHealths.words).default('good'),
})
export const DirectiveAnswer = z.object({ directives: z.array(z.enum(directives)) })
export const Deregister = z.strictObject({ reason: z.string().max(200) })

export const Worker = z.object({
  id: idText('worker'),
  stage: z.enum(stages.words),
  fleet: Slug,
  instance: z.string(),
  market: z.enum(workerMarkets.words),
  state: z.enum(workerStates.words),
  phase: z.enum(workerPhases.words).nullable(),
  phase_since: Time.nullable(),
  drain_reason: z.enum(drainReasons.words),
  health: z.enum(workerHealths.words),
  slots: z.int(),
  busy: z.int(),
  jobs: z.array(idText('job')),
  last_seen_at: Time.nullable(),
  started_at: Time,
})
export type Worker = z.infer<typeof Worker>
