/**
 * What somebody has filled in, kept per effect across reloads. Files stand in it as the ids of their assets.
 * The key of the next run is kept with it, so that neither a reload nor a lost answer can make two runs.
 */
export interface Draft {
  readonly values: Readonly<Record<string, unknown>>
  readonly key: string | undefined
  /** The last run that came of this form. */
  readonly jobId: string | undefined
}
const emptyDraft: Draft = { values: {}, key: undefined, jobId: undefined }

const storageKey = (slug: string): string => `bp.draft.${slug}`
/** Beyond this a draft is not kept: it would fill the store of the whole origin. */
const draftLettersMax = 200_000

/** Reads a draft; an empty one when there is none, or when storage is blocked or holds something else. */
export function readDraft(slug: string): Draft {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageKey(slug)) ?? 'null')
    if (!isRecord(found) || !isRecord(found['values'])) return emptyDraft
    const { values, key, jobId } = found
    return {
      values,
      key: typeof key === 'string' ? key : undefined,
      jobId: typeof jobId === 'string' ? jobId : undefined,
    }
  } catch {
    return emptyDraft
  }
}

export function writeDraft(slug: string, draft: Draft): void {
  try {
    const text = JSON.stringify(draft)
    if (text.length <= draftLettersMax) localStorage.setItem(storageKey(slug), text)
  } catch {
    // Storage is full or blocked: the form works, it just is not remembered.
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
