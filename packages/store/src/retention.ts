const dayMs = 86_400_000

/** How long rows are kept that a loop removes (`tables.ts` says it of every table). Milliseconds. */
export const retention = {
  /** Payloads, from the end of their job. */
  payloadMs: 7 * dayMs,
  /** Events, from the end of their job. */
  eventMs: 30 * dayMs,
  /** One-time links, from the end of their time. */
  linkMs: 30 * dayMs,
} as const
