/**
 * The one table of state words: tone, icon and word of each state that a person can see.
 * Waiting is neutral: amber means "somebody should look".
 */
import type { AssetShelf, UploadState } from '@bp/contracts/assets'
import type { EffectState } from '@bp/contracts/effects'
import type { LaunchState } from '@bp/contracts/fleets'
import type { AttemptOutcome, JobStatus } from '@bp/contracts/jobs'
import type { FleetDetail } from '@bp/contracts/shapes/fleets'
import type { WorkerHealth, WorkerState } from '@bp/contracts/workers'
import {
  Check,
  CircleMinus,
  CircleX,
  Clock,
  EyeOff,
  Globe,
  HeartPulse,
  Loader,
  LogOut,
  Pencil,
  Play,
  Power,
  PowerOff,
  RotateCcw,
  TimerOff,
  TriangleAlert,
  type LucideIcon,
} from './icon.ts'

type Tone = 'neutral' | 'active' | 'good' | 'attention' | 'bad'
export interface StatusRow {
  readonly tone: Tone
  readonly icon: LucideIcon
  readonly word: string
}
type Rows<State extends string> = Readonly<Record<State, StatusRow>>

const row = (tone: Tone, icon: LucideIcon, word: string): StatusRow => ({ tone, icon, word })

const job: Rows<JobStatus> = {
  queued: row('neutral', Clock, 'Queued'),
  running: row('active', Play, 'Running'),
  canceling: row('active', Loader, 'Canceling'),
  succeeded: row('good', Check, 'Done'),
  failed: row('bad', CircleX, 'Failed'),
  expired: row('neutral', TimerOff, 'Expired'),
  canceled: row('neutral', CircleMinus, 'Canceled'),
}
const attempt: Rows<AttemptOutcome> = {
  running: row('active', Play, 'Running'),
  succeeded: row('good', Check, 'Done'),
  failed: row('bad', CircleX, 'Failed'),
  infrastructure: row('attention', RotateCcw, 'Machine trouble, run again'),
  lost: row('attention', RotateCcw, 'Worker lost, run again'),
  released: row('neutral', LogOut, 'Handed back unharmed'),
  canceled: row('neutral', CircleMinus, 'Canceled'),
  expired: row('neutral', TimerOff, 'Expired'),
  timed_out: row('bad', TimerOff, 'Ran too long'),
}
const worker: Rows<WorkerState> = {
  registered: row('active', Power, 'Starting'),
  ready: row('good', Check, 'Ready'),
  draining: row('active', LogOut, 'Draining'),
  drained: row('neutral', LogOut, 'Drained'),
  ended: row('neutral', PowerOff, 'Ended'),
}
const workerHealth: Rows<WorkerHealth> = {
  good: row('good', Check, 'Good'),
  engine_away: row('attention', HeartPulse, 'Engine away'),
  unhealthy: row('bad', CircleX, 'Unhealthy'),
}
const launch: Rows<LaunchState> = {
  planned: row('active', Power, 'Planned'),
  requested: row('active', Power, 'Requested'),
  launched: row('active', Power, 'Launched'),
  registered: row('active', Power, 'Registered'),
  ready: row('good', Check, 'Ready'),
  draining: row('active', LogOut, 'Draining'),
  ended: row('neutral', PowerOff, 'Ended'),
}
const effect: Rows<EffectState> = {
  development: row('neutral', Pencil, 'Development'),
  published: row('good', Globe, 'Published'),
  disabled: row('neutral', EyeOff, 'Disabled'),
}
const upload: Rows<UploadState> = {
  open: row('active', Play, 'Uploading'),
  verifying: row('active', Loader, 'Checking'),
  ready: row('good', Check, 'Ready'),
  failed: row('bad', CircleX, 'Failed'),
  aborted: row('neutral', CircleMinus, 'Canceled'),
}
const asset: Rows<AssetShelf> = {
  pending: row('active', Loader, 'On its way'),
  results: row('good', Check, 'Result'),
  uploads: row('neutral', Check, 'Upload'),
  trash: row('neutral', CircleMinus, 'In the trash'),
  purging: row('neutral', CircleMinus, 'Being deleted'),
  gone: row('neutral', EyeOff, 'Deleted'),
}
/** Whether the document that a fleet's stack is made from says what was asked for. */
const pointer: Rows<NonNullable<FleetDetail['pointer']>> = {
  written: row('good', Check, 'Written'),
  missing: row('attention', TriangleAlert, 'Missing'),
  different: row('attention', TriangleAlert, 'Says something else'),
}

export const status = {
  job,
  attempt,
  worker,
  workerHealth,
  launch,
  effect,
  upload,
  asset,
  pointer,
} as const
