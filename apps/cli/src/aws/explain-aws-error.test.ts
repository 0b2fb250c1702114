import { expect, it } from 'vitest'
import { explainAwsError } from './explain-aws-error.ts'

const error = (name: string, more: object = {}) =>
  Object.assign(new Error('Value canary-9f2c at value failed'), { name, ...more })
const answered = { $metadata: { requestId: 'r-1' } }

it.each([
  ['nobody is signed in', error('CredentialsProviderError'), 'no_credentials', 4],
  ['a right is missing', error('AccessDeniedException', answered), 'aws_denied', 4],
  ['a session is over', error('ExpiredTokenException', answered), 'aws_denied', 4],
  ['nobody answers', error('Error', { code: 'ECONNREFUSED' }), 'aws_no_answer', 1],
  ['an answer takes too long', error('TimeoutError'), 'aws_no_answer', 1],
  ['a call is refused', error('ValidationException', answered), 'aws_refused', 1],
  ['an answer has no id', error('InternalServerError', { $metadata: {} }), 'aws_refused', 1],
])('%s', (_name, given, code, exit) => {
  expect(explainAwsError(given)).toMatchObject({ code, exit })
})

it('repeats no text about a value, and says which call it was', () => {
  const refusal = explainAwsError(error('ValidationException', answered))
  expect(JSON.stringify([refusal?.message, refusal?.reason, refusal?.next])).not.toContain('canary')
  expect(refusal?.requestId).toBe('r-1')
})

it('leaves other errors to others', () => {
  expect(explainAwsError(new Error('x'))).toBeUndefined()
  expect(explainAwsError('x')).toBeUndefined()
})
