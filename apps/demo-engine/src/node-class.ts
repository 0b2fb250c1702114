import type { RawNumber } from './exact-json.ts'
import type { Folders } from './folders.ts'
import type { Graph } from './graph.ts'
import type { Mask, Picture } from './images/picture.ts'
import type { NodeInputs } from './node-inputs.ts'

/** What travels along a link. */
export type Value = Picture | Mask | number | string | boolean | null

/** The words for what travels along a link; `*` takes everything. */
export type LinkType = 'IMAGE' | 'MASK' | 'INT' | 'FLOAT' | 'STRING' | 'BOOLEAN' | '*'

/** Extra facts of an input, as `/object_info` shows them. */
export interface InputFacts {
  readonly default?: number | string | boolean
  readonly min?: number | RawNumber
  readonly max?: number | RawNumber
  readonly options?: readonly string[]
  readonly [fact: string]: unknown
}

/**
 * An input as `/object_info` shows it: a type word, or the list of choices, and its facts.
 * Classes of the newer schema say `COMBO` and keep the choices among the facts; a real engine does not check those
 * before it runs.
 */
export type InputSpec = readonly [type: LinkType | 'COMBO' | readonly string[], facts?: InputFacts]

/** The inputs of a class; for load nodes they depend on the files that are there now. */
export interface InputSpecs {
  readonly required: Record<string, InputSpec>
  readonly optional?: Record<string, InputSpec>
  readonly hidden?: Record<string, string>
}

/** A file that an output node names. */
export interface FileRef {
  readonly filename: string
  readonly subfolder: string
  readonly type: 'output' | 'temp'
}

/** What an output node shows, under the keys that history and `executed` carry. */
export type Shown = Record<string, readonly unknown[]>

/** A node's result: its outputs by number, and what it shows. */
export interface NodeResult {
  readonly outputs?: readonly Value[]
  readonly shown?: Shown
}

/** What a running node may use beside its inputs. */
export interface NodeContext {
  readonly nodeId: string
  readonly folders: Folders
  readonly graph: Graph
  /** `extra_data.extra_pnginfo` of the prompt, written into saved pictures. */
  readonly extraPngInfo: Record<string, unknown> | undefined
  /** Reports progress and is one of the places where an interrupt is seen. */
  readonly tick: (value: number, max: number) => Promise<void>
  /** Lets requests and sockets have their turn; long loops call it between rows or frames. */
  readonly breathe: () => Promise<void>
  /** Sends a line of text that is shown on the node (binary event 3). */
  readonly sendText: (text: string) => void
}

/** A node class: what `/object_info` says of it, and what it does. */
export interface NodeClass {
  readonly name: string
  readonly displayName: string | null
  readonly description?: string
  readonly pythonModule: string
  readonly category: string
  readonly schema: 'v1' | 'v3'
  readonly inputs: (folders: Folders) => Promise<InputSpecs> | InputSpecs
  readonly outputs: readonly LinkType[]
  readonly outputNames?: readonly string[]
  readonly isOutputNode?: boolean
  /** Inputs that `check` judges instead of the usual rules, and how. Answers the complaint, or nothing. */
  readonly checked?: readonly string[]
  readonly check?: (value: unknown, folders: Folders) => Promise<string | undefined>
  /** Makes the cache see changes outside of the graph: the hash of a loaded file. */
  readonly fingerprint?: (inputs: Record<string, unknown>, folders: Folders) => Promise<string>
  readonly run: (inputs: NodeInputs, context: NodeContext) => Promise<NodeResult> | NodeResult
}

/** The facts that most classes share, so that a definition names only what is its own. */
export function defineNode(
  facts: Omit<NodeClass, 'inputs' | 'schema'> & {
    readonly inputs: NodeClass['inputs'] | InputSpecs
    readonly schema?: NodeClass['schema']
  },
): NodeClass {
  const { inputs } = facts
  return {
    ...facts,
    schema: facts.schema ?? 'v1',
    inputs: typeof inputs === 'function' ? inputs : () => inputs,
  }
}

/** Largest width, height and offset that inputs take. */
export const RESOLUTION_MAX = 16384

/** A whole-number input. */
export function int(
  fallback: number,
  min: number,
  max: number,
  more: InputFacts = { step: 1 },
): InputSpec {
  return ['INT', { default: fallback, min, max, ...more }]
}

/** A fraction input. */
export function float(fallback: number, min: number, max: number, step: number): InputSpec {
  return ['FLOAT', { default: fallback, min, max, step }]
}

/** A choice of the newer schema, which is not checked before the run. */
export function combo(...options: readonly string[]): InputSpec {
  return ['COMBO', { multiselect: false, options }]
}

/** The hidden inputs of save nodes. */
export const SAVE_HIDDEN = { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' } as const
