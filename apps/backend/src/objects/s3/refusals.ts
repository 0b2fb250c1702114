import { Problem, problem } from '@bp/contracts/errors'

/** Whether S3 itself has answered with this status. */
export const hasStatus = (thrown: unknown, status: number): boolean => statusOf(thrown) === status

function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('$metadata' in thrown)) return undefined
  const { $metadata: metadata } = thrown
  const known = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
  return known && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

/** The answer of a call to S3. Throws `unavailable` for whatever is not ours to mend: callers then come again. */
export async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    throw problem(
      'unavailable',
      { reason: 'the store of the files does not answer' },
      { cause: thrown, retryAfterS: 5 },
    )
  }
}
