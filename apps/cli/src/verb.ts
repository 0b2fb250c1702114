/** What a verb is: data for help, completion and docs, and a function that yields messages and returns a result. */
import type { Client } from '@bp/client'
import type { RouteId } from '@bp/contracts/paths'
import type { ExitCode } from './exit-codes.ts'
import type { Tone } from './hosts/style.ts'
import type { RunFile } from './instance/run-file.ts'

export interface VerbOption {
  /** As commander reads it: `-o, --out <folder>`. */
  readonly flags: string
  readonly help: string
  /** May be given again and again. */
  readonly repeats?: true
}

export interface VerbArgument {
  /** `<slug>` must be given, `[slug]` may be. */
  readonly name: string
  readonly help: string
}

/** One verb as data. */
export interface Verb {
  /** Null: it stands alone, as `bp up`. */
  readonly noun: string | null
  readonly verb: string
  readonly summary: string
  readonly examples: readonly string[]
  readonly args: readonly VerbArgument[]
  readonly options: readonly VerbOption[]
  /** Routes that it calls. */
  readonly calls: readonly RouteId[]
  readonly effect: 'reads' | 'changes' | 'destroys'
  /** Its code, loaded only when it runs, so that help is there at once. */
  readonly load: () => Promise<{ readonly run: Run }>
}

export type Run = (input: Input, context: VerbContext) => AsyncGenerator<Message, Result, void>

/** What was typed. */
export interface Input {
  readonly args: readonly string[]
  /** The value of `--name <value>`; undefined when it was not given. */
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  /** True for `--name`; `--no-name` makes a flag that is on by default false. */
  flag(name: string, otherwise?: boolean): boolean
  /** A whole or broken number from 0. Refuses anything else as wrong usage. */
  number(name: string): number | undefined
}

/** What the surroundings give to a verb. */
export interface VerbContext {
  readonly folders: Folders
  readonly ports: { readonly front: number; readonly files: number }
  readonly engineUrl: string | undefined
  /** The running instance; refuses with the way to start it when there is none. */
  instance(): Promise<RunFile>
  /** A client of the running instance. */
  client(): Promise<Client>
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  readonly now: () => number
  /** Whether a person sits in front of it. */
  readonly isAttended: boolean
  readonly openBrowser: (url: string) => void
}

export interface Folders {
  /** Where the command was called. */
  readonly current: string
  /** The project that `bp` belongs to. */
  readonly root: string
  readonly data: string
}

/** What a verb says on its way. */
export type Message =
  /** A sentence beside the result: stderr. */
  | { readonly say: 'note'; readonly code: string; readonly text: string }
  /** How far something is; the newest replaces the one before. `phase` changes rarely, `text` often. */
  | {
      readonly say: 'progress'
      readonly phase: string
      readonly text: string
      readonly part: number | null
    }
  /** A line of a stream: stdout. */
  | { readonly say: 'event'; readonly data: unknown; readonly cells: readonly string[] }

/** What a verb ends with: the same facts for machines (`data`) and for people (`view`). */
export interface Result {
  readonly data: unknown
  readonly view: View
  readonly exit?: ExitCode
  /** The next command, when there is an obvious one. */
  readonly next?: string
  /** Set when the result is no success (exit is not 0): code and sentence for machines. */
  readonly failure?: { readonly code: string; readonly message: string }
}

export interface Cell {
  readonly text: string
  readonly tone: Tone
}
export type View =
  | {
      readonly kind: 'table'
      readonly columns: readonly string[]
      readonly rows: readonly (readonly (string | Cell)[])[]
      /** Said when there are no rows. */
      readonly empty: string
    }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [string, string | Cell])[] }
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
