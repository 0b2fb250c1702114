import type { Cloud } from '../cloud.ts'
import type { Programs } from '../programs.ts'

/** What whoever plays tasks or machines works with. */
export interface HostOptions {
  readonly endpoint: string
  readonly folder: string
  readonly programs: Programs
  readonly cloud: Cloud
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}
