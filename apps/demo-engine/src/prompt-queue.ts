import type { Graph } from './graph.ts'
import type { Shown } from './node-class.ts'
import type { NodeMeta } from './result-cache.ts'

/** Entries that history keeps; the oldest goes first. */
const HISTORY_MAX = 10_000

/** A prompt that waits, runs or has run: `/queue` and `/history` show it as a list of these five. */
export interface QueueItem {
  readonly number: number
  readonly promptId: string
  readonly graph: Graph
  readonly extraData: Record<string, unknown>
  readonly outputs: readonly string[]
}

/** One socket message that history keeps: its name and its data with a time. */
export type StatusMessage = readonly [event: string, data: Record<string, unknown>]

/** How a prompt ended, as history holds it. */
export interface HistoryEntry {
  readonly prompt: readonly unknown[]
  readonly outputs: Record<string, Shown>
  readonly meta: Record<string, NodeMeta>
  readonly status: {
    readonly status_str: 'success' | 'error'
    readonly completed: boolean
    readonly messages: readonly StatusMessage[]
  }
}

/** Keys of `extra_data` that history does not keep. */
const SENSITIVE = new Set(['auth_token_comfy_org', 'api_key_comfy_org'])

/** The list of five that callers see. */
export function itemTuple(item: QueueItem): readonly unknown[] {
  return [item.number, item.promptId, item.graph, item.extraData, item.outputs]
}

/** Waiting and running prompts, and the history of the ended ones. All in memory, as in a real engine. */
export class PromptQueue {
  readonly #waiting: QueueItem[] = []
  readonly #history = new Map<string, HistoryEntry>()
  #running: QueueItem | undefined
  #wake: () => void = () => {}
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get running(): QueueItem | undefined {
    return this.#running
  }

  get waiting(): readonly QueueItem[] {
    return this.#waiting
  }

  get remaining(): number {
    return this.#waiting.length + (this.#running === undefined ? 0 : 1)
  }

  /** Lowest number first; a negative number (`front`) overtakes. */
  put(item: QueueItem): void {
    const later = this.#waiting.findIndex(
      other =>
        other.number > item.number ||
        (other.number === item.number && other.promptId > item.promptId),
    )
    this.#waiting.splice(later === -1 ? this.#waiting.length : later, 0, item)
    this.#onChange()
    this.#wake()
  }

  take(): QueueItem | undefined {
    const item = this.#waiting.shift()
    if (item === undefined) return undefined
    this.#running = item
    this.#onChange()
    return item
  }

  /** Resolves when something was put, or `wake` was called. */
  changed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }

  wake(): void {
    this.#wake()
  }

  finish(item: QueueItem, entry: Omit<HistoryEntry, 'prompt'>): void {
    this.#running = undefined
    const oldest = this.#history.keys().next()
    if (this.#history.size >= HISTORY_MAX && oldest.done !== true)
      this.#history.delete(oldest.value)
    const kept = Object.entries(item.extraData).filter(([key]) => !SENSITIVE.has(key))
    this.#history.set(item.promptId, {
      prompt: itemTuple({ ...item, extraData: Object.fromEntries(kept) }),
      ...entry,
    })
    this.#onChange()
  }

  /** Takes one waiting prompt away. A running one is not touched. */
  remove(promptId: string): boolean {
    const at = this.#waiting.findIndex(item => item.promptId === promptId)
    if (at === -1) return false
    this.#waiting.splice(at, 1)
    this.#onChange()
    return true
  }

  clear(): void {
    this.#waiting.length = 0
    this.#onChange()
  }

  historyOf(promptId: string): HistoryEntry | undefined {
    return this.#history.get(promptId)
  }

  /** Entries oldest first; with `max` alone, the newest ones. */
  history(max?: number, offset = -1): Record<string, HistoryEntry> {
    const entries = [...this.#history]
    const start = offset < 0 ? (max === undefined ? 0 : Math.max(0, entries.length - max)) : offset
    return Object.fromEntries(entries.slice(start, max === undefined ? undefined : start + max))
  }

  removeHistory(promptId: string): void {
    this.#history.delete(promptId)
  }

  clearHistory(): void {
    this.#history.clear()
  }
}
