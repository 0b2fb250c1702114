import { randomUUID } from 'node:crypto'
import { isRawNumber } from '../exact-json.ts'
import { takeFault, type Faults } from '../faults.ts'
import type { Folders } from '../folders.ts'
import { isRecord, type Graph } from '../graph.ts'
import type { NodeClass } from '../node-class.ts'
import { itemTuple, type PromptQueue, type QueueItem } from '../prompt-queue.ts'
import { pythonText } from '../python-text.ts'
import { validatePrompt } from '../validate-prompt.ts'

/** What POST /prompt works with. */
export interface PromptDesk {
  readonly queue: PromptQueue
  readonly classes: ReadonlyMap<string, NodeClass>
  readonly folders: Folders
  readonly faults: Faults
  /** The number of the next prompt that names none. */
  nextNumber: number
}

/** POST /prompt: judges a graph and queues it. Throws TypeError where a real engine answers 500. */
export async function postPrompt(
  desk: PromptDesk,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  if (!isRecord(body)) throw new TypeError('the body is no object')
  const number = takeNumber(desk, body)
  if (!('prompt' in body)) {
    const text = 'No prompt provided'
    return {
      status: 400,
      body: {
        error: { type: 'no_prompt', message: text, details: text, extra_info: {} },
        node_errors: {},
      },
    }
  }
  const graph: unknown = body['prompt']
  if (!isGraph(graph)) throw new TypeError('the prompt is no object')

  const promptId =
    body['prompt_id'] === undefined || body['prompt_id'] === null
      ? randomUUID()
      : pythonText(body['prompt_id'])
  const verdict = await validatePrompt(
    graph,
    desk.classes,
    desk.folders,
    textList(body['partial_execution_targets']),
  )
  if (!verdict.ok)
    return { status: 400, body: { error: verdict.error, node_errors: verdict.nodeErrors } }

  const given = isRecord(body['extra_data']) ? body['extra_data'] : {}
  const extraData = 'client_id' in body ? { ...given, client_id: body['client_id'] } : given
  const item: QueueItem = { number, promptId, graph, extraData, outputs: verdict.outputs }
  desk.queue.put(item)
  // A real engine can fail after it queued: callers must look the id up before they try again.
  if (takeFault(desk.faults, 'promptError')) throw new TypeError('asked to fail')
  return {
    status: 200,
    body: { prompt_id: itemTuple(item)[1], number, node_errors: verdict.nodeErrors },
  }
}

function takeNumber(desk: PromptDesk, body: Record<string, unknown>): number {
  const asked = body['number']
  if (asked !== undefined) {
    const number = isRawNumber(asked) ? Number(asked.rawJSON) : Number(asked)
    if (Number.isNaN(number)) throw new TypeError('number is no number')
    return number
  }
  const number = desk.nextNumber++
  return body['front'] === true ? -number : number
}

/** The nodes are judged one by one later; here only the outer shape counts. */
function isGraph(value: unknown): value is Graph {
  return isRecord(value)
}

function textList(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined
}
