/** What the shell reads. Stable: scripts are built on them. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  /** The state of things, or a rule, does not allow it. */
  refused: 5,
  /** The job ended, but not as succeeded. */
  jobNotSucceeded: 6,
  /** The time to wait was over; the job goes on. */
  waitTimedOut: 7,
  doctorFault: 8,
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
