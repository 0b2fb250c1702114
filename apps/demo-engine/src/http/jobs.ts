import { isRecord } from '../graph.ts'
import type { HistoryEntry, PromptQueue, QueueItem } from '../prompt-queue.ts'

/** The jobs view of newer engines: queue and history under one shape. */
export function describeJobs(queue: PromptQueue): readonly Record<string, unknown>[] {
  return [
    ...Object.entries(queue.history()).map(([id, entry]) => endedJob(id, entry)),
    ...(queue.running === undefined ? [] : [openJob(queue.running, 'in_progress')]),
    ...queue.waiting.map(item => openJob(item, 'pending')),
  ]
}

/** One job with its outputs and graph; undefined for an unknown id. */
export function describeJob(queue: PromptQueue, id: string): Record<string, unknown> | undefined {
  const entry = queue.historyOf(id)
  if (entry !== undefined) {
    const [, , prompt, extra] = entry.prompt
    return {
      ...endedJob(id, entry),
      outputs: entry.outputs,
      execution_status: entry.status,
      workflow: { prompt, extra_data: extra },
    }
  }
  const item =
    queue.running?.promptId === id
      ? queue.running
      : queue.waiting.find(({ promptId }) => promptId === id)
  if (item === undefined) return undefined
  const status = item === queue.running ? 'in_progress' : 'pending'
  return { ...openJob(item, status), workflow: { prompt: item.graph, extra_data: item.extraData } }
}

/** Takes a waiting job away or interrupts the running one; false when there was nothing to cancel. */
export function cancelJob(queue: PromptQueue, id: string, interrupt: () => void): boolean {
  if (queue.running?.promptId !== id) return queue.remove(id)
  interrupt()
  return true
}

function openJob(item: QueueItem, status: 'pending' | 'in_progress'): Record<string, unknown> {
  return {
    id: item.promptId,
    status,
    priority: item.number,
    ...createTime(item.extraData),
    outputs_count: 0,
    previewable_outputs_count: 0,
  }
}

function endedJob(id: string, entry: HistoryEntry): Record<string, unknown> {
  const { messages, status_str } = entry.status
  const dataOf = (event: string): Record<string, unknown> | undefined =>
    messages.find(([name]) => name === event)?.[1]
  const error = dataOf('execution_error')
  const interrupted = dataOf('execution_interrupted')
  const end = dataOf('execution_success') ?? error ?? interrupted
  const files = Object.entries(entry.outputs).flatMap(([nodeId, shown]) =>
    Object.entries(shown).flatMap(([mediaType, items]) =>
      items.filter(isRecord).map(item => ({ ...item, nodeId, mediaType })),
    ),
  )
  return {
    id,
    status:
      status_str === 'success' ? 'completed' : interrupted === undefined ? 'failed' : 'cancelled',
    priority: entry.prompt[0],
    ...createTime(entry.prompt[3]),
    execution_start_time: dataOf('execution_start')?.['timestamp'],
    execution_end_time: end?.['timestamp'],
    execution_error: error,
    outputs_count: files.length,
    previewable_outputs_count: files.length,
    preview_output: files.find(file => 'type' in file && file.type === 'output') ?? files[0],
  }
}

function createTime(extraData: unknown): { create_time?: unknown } {
  return isRecord(extraData) && 'create_time' in extraData
    ? { create_time: extraData['create_time'] }
    : {}
}
