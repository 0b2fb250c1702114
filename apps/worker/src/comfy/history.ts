/**
 * The truth about a prompt: `/history/{id}` when it has ended, `/queue` while it has not. An engine that knows it in
 * neither has lost it (a restart empties both).
 */
import { pause } from '../waiting.ts'
import type { EngineHttp } from './http.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from './json.ts'

export interface HistoryEntry {
  readonly isSuccess: boolean
  /** Output node → key → whatever that node says. */
  readonly outputs: Fields
  readonly messages: readonly { readonly type: string; readonly data: Fields }[]
}
export type PromptPlace =
  | { readonly at: 'ended'; readonly entry: HistoryEntry }
  | { readonly at: 'queued' | 'running' | 'nowhere' }

/** One look at the history; undefined when the prompt is not there (yet). */
async function findHistory(
  engine: EngineHttp,
  promptId: string,
  signal?: AbortSignal,
): Promise<HistoryEntry | undefined> {
  const answer = await engine.get(`/history/${encodeURIComponent(promptId)}`, signal)
  const found = fieldsOf(answer.json)[promptId]
  if (!isFields(found)) return undefined
  const status = fieldsOf(found['status'])
  return {
    isSuccess: textOf(status['status_str']) === 'success',
    outputs: fieldsOf(found['outputs']),
    messages: listOf(status['messages']).flatMap(message => {
      const [type, data] = listOf(message)
      return typeof type === 'string' ? [{ type, data: fieldsOf(data) }] : []
    }),
  }
}

async function findInQueue(
  engine: EngineHttp,
  promptId: string,
  signal?: AbortSignal,
): Promise<'queued' | 'running' | undefined> {
  const answer = await engine.get('/queue', signal)
  const queue = fieldsOf(answer.json)
  // Rows are [number, id, graph, …].
  const has = (key: string) => listOf(queue[key]).some(row => listOf(row)[1] === promptId)
  if (has('queue_running')) return 'running'
  return has('queue_pending') ? 'queued' : undefined
}

// Between leaving the queue and standing in the history lies a moment; five looks over ~0.6 s outlast it.
const looks = 5

/** Where a prompt is. `nowhere` only after several looks: a prompt on its way from queue to history is in neither. */
export async function findPrompt(
  engine: EngineHttp,
  promptId: string,
  signal?: AbortSignal,
): Promise<PromptPlace> {
  for (let look = 0; look < looks; look++) {
    if (look > 0) await pause(20 * 2 ** look, signal)
    signal?.throwIfAborted()
    const entry = await findHistory(engine, promptId, signal)
    if (entry !== undefined) return { at: 'ended', entry }
    const at = await findInQueue(engine, promptId, signal)
    if (at !== undefined) return { at }
  }
  return { at: 'nowhere' }
}

/** Takes an ended prompt out of the history: it holds the graph. Best effort. */
export async function removeHistory(engine: EngineHttp, promptId: string): Promise<void> {
  await engine.post('/history', { delete: [promptId] }).catch(() => {})
}
