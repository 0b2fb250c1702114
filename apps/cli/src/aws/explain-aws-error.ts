import { Refusal } from '../refusal.ts'

const noRight =
  /AccessDenied|UnrecognizedClient|InvalidClientToken|ExpiredToken|Signature|NotAuthorized/
const noAnswer = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|TimeoutError/

/**
 * What AWS refused or did not answer, as a refusal; `undefined` for an error of another kind. The text of AWS is
 * repeated only where it speaks of rights: a complaint about a value quotes the value.
 */
export function explainAwsError(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'CredentialsProviderError')
    return new Refusal('no_credentials', 'auth', 'AWS does not know who you are.', {
      reason: 'No keys, profile or role were found.',
      next: 'aws sts get-caller-identity',
      cause: error,
    })
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (noAnswer.test(`${error.name} ${code}`))
    return new Refusal('aws_no_answer', 'failure', 'AWS did not answer.', {
      reason: code === '' ? error.name : code,
      next: 'Run the same command again: what is done stays done.',
      cause: error,
    })
  const requestId = requestIdOf(error)
  if (requestId === undefined) return undefined
  if (noRight.test(error.name))
    return new Refusal('aws_denied', 'auth', 'AWS did not allow it.', {
      reason: error.message,
      next: 'aws sts get-caller-identity',
      requestId: requestId ?? undefined,
      cause: error,
    })
  return new Refusal('aws_refused', 'failure', `AWS answered ${error.name}.`, {
    next: 'Run the same command again: what is done stays done.',
    requestId: requestId ?? undefined,
    cause: error,
  })
}

/** Null: an answer of AWS without an id. `undefined`: no answer of AWS at all. */
function requestIdOf(error: Error): string | null | undefined {
  if (!('$metadata' in error)) return undefined
  const facts: unknown = error.$metadata
  if (typeof facts !== 'object' || facts === null || !('requestId' in facts)) return null
  return typeof facts.requestId === 'string' ? facts.requestId : null
}
