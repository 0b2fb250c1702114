import type { WorkerId } from '@bp/contracts/ids'
import type { AttemptOutcome } from '@bp/contracts/jobs'
import { afterEnd } from '@bp/domain/jobs/after-end'
import type { End, Next } from '@bp/domain/jobs/after-end'
import type { JobRow } from '../jobs/rows.ts'
import type { EndKind } from './lease-end.ts'

export interface EndFacts {
  readonly job: JobRow
  readonly cancelAsked: boolean
  readonly workerId: WorkerId
  /** The worker had said before that it would be interrupted: its loss is no fault of the job. */
  readonly announced: boolean
  readonly now: number
  readonly random: () => number
}

/** Asks the domain what follows this end. */
export function judgeEnd(end: EndKind, facts: EndFacts): Next {
  const { job, cancelAsked, now, random } = facts
  const { losses, lossesMax, interruptions } = job
  return afterEnd({ cancelAsked, losses, lossesMax, interruptions }, endOf(end, facts), now, random)
}

function endOf(end: EndKind, { workerId, announced }: EndFacts): End {
  switch (end.kind) {
    case 'succeeded':
      return { kind: 'succeeded' }
    case 'job_fault':
      return { kind: 'job_fault', code: end.code }
    case 'infrastructure':
      return { kind: 'infrastructure', code: end.code, workerId }
    case 'released':
      return { kind: 'released', reason: end.reason, workerId }
    case 'lost':
      return { kind: 'lost', workerId, announced }
    case 'deadline':
      return { kind: 'deadline' }
    case 'timed_out':
      return { kind: 'timed_out' }
  }
}

/** How the attempt is remembered. */
export function outcomeOf(end: EndKind, next: Next): AttemptOutcome {
  if (next.to === 'canceled') return 'canceled'
  switch (end.kind) {
    case 'succeeded':
      return 'succeeded'
    case 'job_fault':
      return 'failed'
    case 'infrastructure':
      return 'infrastructure'
    case 'released':
      return 'released'
    case 'lost':
      return 'lost'
    case 'deadline':
      return 'expired'
    case 'timed_out':
      return 'timed_out'
  }
}

/** The code that the attempt's row shows; none for a success. */
export function codeOf(end: EndKind): string | null {
  switch (end.kind) {
    case 'succeeded':
      return null
    case 'job_fault':
    case 'infrastructure':
      return end.code
    case 'released':
      return end.reason
    case 'lost':
      return 'worker_lost'
    case 'deadline':
      return 'deadline_exceeded'
    case 'timed_out':
      return 'timed_out'
  }
}
