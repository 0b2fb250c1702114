/** Unix milliseconds as the wire writes them: RFC 3339 UTC with `Z`. */
export const wireTime = (ms: number): string => new Date(ms).toISOString()

export const wireTimeOrNull = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined || ms === 0 ? null : wireTime(ms)
