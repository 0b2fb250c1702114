/** Where the agent says what happened: one event a line, never a secret, never text of callers' files. */
type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
}

/** A log that writes JSON lines, e.g. `{"at":"…","level":"info","event":"agent.mode","mode":"ready"}`. */
export function jsonLog(write: (line: string) => void, nowMs: () => number = Date.now): Log {
  const line = (level: string, event: string, fields: LogFields = {}) =>
    write(`${JSON.stringify({ at: new Date(nowMs()).toISOString(), level, event, ...fields })}\n`)
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
  }
}

/** What an unknown thrown thing says, short enough for a log line or a report. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 500)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.message || error.name}${cause}`.slice(0, 500)
}
