/** The values of one form and the key of its next run. */
import { useCallback, useEffect, useState } from 'react'
import { newIdempotencyKey } from '../api/idempotency.ts'
import { without } from '../inputs/without.ts'
import { readDraft, writeDraft, type Draft } from './draft.ts'

export interface RunState {
  readonly values: Readonly<Record<string, unknown>>
  readonly jobId: string | undefined
  readonly change: (name: string, value: unknown) => void
  readonly replace: (values: Readonly<Record<string, unknown>>) => void
  /** The key of this very form: the same until it is edited or a run was accepted. */
  readonly keyForRun: () => string
  readonly accepted: (jobId: string) => void
  readonly forgetJob: () => void
  /** The server knows this key with another body: the next press needs a new one. */
  readonly newKey: () => void
}

/** `slug` names the effect whose draft this is; another slug needs another component (React's `key`). */
export function useRunState(
  slug: string,
  start: Readonly<Record<string, unknown>> | undefined,
): RunState {
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = readDraft(slug)
    return start === undefined ? kept : { values: start, key: undefined, jobId: undefined }
  })
  useEffect(() => {
    writeDraft(slug, draft)
  }, [slug, draft])

  const change = useCallback((name: string, value: unknown) => {
    setDraft(now => {
      if (now.values[name] === value) return now
      const rest = without(now.values, name)
      return {
        ...now,
        values: value === undefined ? rest : { ...rest, [name]: value },
        key: undefined,
      }
    })
  }, [])
  const replace = useCallback((values: Readonly<Record<string, unknown>>) => {
    setDraft(now => ({ ...now, values, key: undefined }))
  }, [])
  const accepted = useCallback((jobId: string) => {
    setDraft(now => ({ ...now, key: undefined, jobId }))
  }, [])
  const forgetJob = useCallback(() => {
    setDraft(now => ({ ...now, jobId: undefined }))
  }, [])
  const newKey = useCallback(() => {
    setDraft(now => ({ ...now, key: undefined }))
  }, [])
  const keyForRun = () => {
    if (draft.key !== undefined) return draft.key
    const key = newIdempotencyKey()
    // Kept before the call leaves: an answer that gets lost finds the same key after a reload.
    writeDraft(slug, { ...draft, key })
    setDraft(now => ({ ...now, key }))
    return key
  }
  return {
    values: draft.values,
    jobId: draft.jobId,
    change,
    replace,
    keyForRun,
    accepted,
    forgetJob,
    newKey,
  }
}
