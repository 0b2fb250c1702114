import { ApiProblem, NetworkProblem } from '@bp/client/problems'
import { explainAwsError } from './aws/explain-aws-error.ts'
import type { exitCodes } from './exit-codes.ts'
import { Refusal } from './refusal.ts'

/** Turns whatever was thrown into a refusal with the right exit code. */
export function explainError(error: unknown, signal: AbortSignal): Refusal {
  if (error instanceof Refusal) return error
  if (signal.aborted) return new Refusal('interrupted', 'interrupted', 'Interrupted.')
  if (error instanceof ApiProblem)
    return new Refusal(error.code, exitOf(error.status), error.detail, {
      next: error.remedy === '' ? undefined : error.remedy,
      requestId: error.requestId,
      faults: error.faults,
      cause: error,
    })
  if (error instanceof NetworkProblem)
    return new Refusal('no_answer', 'failure', error.message, {
      reason: 'bp may be starting, stopping or busy.',
      next: 'npx bp status',
      cause: error,
    })
  const ofAws = explainAwsError(error)
  if (ofAws !== undefined) return ofAws
  return new Refusal('internal', 'failure', 'The command broke off.', {
    reason: error instanceof Error ? error.message : String(error),
    cause: error,
  })
}

function exitOf(status: number): keyof typeof exitCodes {
  if (status === 404) return 'notFound'
  if (status === 401 || status === 403) return 'auth'
  return status >= 400 && status < 500 ? 'refused' : 'failure'
}
