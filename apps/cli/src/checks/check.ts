import type { RunFile } from '../instance/run-file.ts'

export type CheckStatus = 'PASS' | 'WARN' | 'FAIL' | 'SKIP'

/** One line of the doctor. */
export interface Finding {
  readonly name: string
  readonly status: CheckStatus
  readonly text: string
  /** The command or the sentence that mends it; null when nothing is to mend. */
  readonly fix: string | null
}

/** What the checks look at. */
export interface Patient {
  readonly nodeVersion: string
  readonly dataFolder: string
  readonly ports: { readonly front: number; readonly files: number }
  readonly engineUrl: string | undefined
  readonly instance: RunFile | undefined
  /** What the running instance says of its parts; undefined when it does not run or answer. */
  readonly parts: readonly Part[] | undefined
  readonly signal: AbortSignal
}

export interface Part {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly text: string
}

export const pass = (name: string, text: string): Finding => ({
  name,
  status: 'PASS',
  text,
  fix: null,
})
export const skip = (name: string, why: string): Finding => ({
  name,
  status: 'SKIP',
  text: why,
  fix: null,
})
export const warn = (name: string, text: string, fix: string): Finding => ({
  name,
  status: 'WARN',
  text,
  fix,
})
export const fail = (name: string, text: string, fix: string): Finding => ({
  name,
  status: 'FAIL',
  text,
  fix,
})
