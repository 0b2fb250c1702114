/** Posting a graph, taking it back, and making room. */
import { pause } from '../waiting.ts'
import { findPrompt } from './history.ts'
import type { EngineAnswer, EngineHttp } from './http.ts'
import { EngineUnreachable } from './http.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from './json.ts'

export interface NodeFault {
  readonly nodeId: string
  readonly nodeClass: string | null
  /** The engine's own word, e.g. `value_not_in_list`. */
  readonly type: string
  readonly message: string
  readonly field: string | null
  readonly received?: unknown
  readonly allowed?: unknown
}
export type PostAnswer =
  /** `faults`: the engine took only a part of the graph. */
  | { readonly posted: true; readonly promptId: string; readonly faults: readonly NodeFault[] }
  /** The graph is refused; the same graph will be refused again. */
  | {
      readonly posted: false
      readonly type: string
      readonly message: string
      readonly faults: readonly NodeFault[]
    }

/** The engine answered, but neither yes nor no: 5xx twice, and the prompt is nowhere. */
export class EngineFaulty extends Error {
  constructor(status: number, text: string) {
    super(`the engine answered ${status} to the prompt: ${text.slice(0, 300)}`)
    this.name = 'EngineFaulty'
  }
}

export interface PromptToPost {
  readonly promptId: string
  readonly graph: Fields
  readonly clientId: string | undefined
}

/**
 * Posts a graph under our own id. A 500 and a cut connection may both have queued it: the id is looked up before
 * anything is tried again, once.
 */
export async function postPrompt(
  engine: EngineHttp,
  prompt: PromptToPost,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const body = {
    prompt: prompt.graph,
    prompt_id: prompt.promptId,
    ...(prompt.clientId === undefined ? {} : { client_id: prompt.clientId }),
    extra_data: {},
  }
  for (let tries = 0; ; tries++) {
    let answer: EngineAnswer | undefined
    try {
      answer = await engine.post('/prompt', body, signal)
    } catch (error) {
      if (!(error instanceof EngineUnreachable) || tries > 0) throw error
    }
    if (answer !== undefined && answer.status < 500) return readAnswer(answer, prompt.promptId)
    const place = await findPrompt(engine, prompt.promptId, signal)
    if (place.at !== 'nowhere') return { posted: true, promptId: prompt.promptId, faults: [] }
    if (answer !== undefined && tries > 0) throw new EngineFaulty(answer.status, answer.text)
  }
}

function readAnswer(answer: EngineAnswer, promptId: string): PostAnswer {
  const said = fieldsOf(answer.json)
  const faults = readNodeFaults(said['node_errors'])
  if (answer.status === 200) {
    // Old engines choose an id of their own; theirs is the one to follow.
    return { posted: true, promptId: textOf(said['prompt_id']) || promptId, faults }
  }
  const error = said['error']
  const type = isFields(error) ? textOf(error['type']) : ''
  const message = isFields(error)
    ? [textOf(error['message']), textOf(error['details'])].filter(text => text !== '').join(': ')
    : textOf(error)
  return {
    posted: false,
    type: type || `http_${answer.status}`,
    message: message || answer.text.slice(0, 300) || `the engine answered ${answer.status}`,
    faults,
  }
}

/** Most choices of a combo that a report repeats; a list of models may have thousands. */
const allowedMax = 100

/** Reads `node_errors`: node → { class_type, errors: [{ type, message, details, extra_info }] }. */
export function readNodeFaults(nodeErrors: unknown): NodeFault[] {
  return Object.entries(fieldsOf(nodeErrors)).flatMap(([nodeId, node]) => {
    const nodeClass = textOf(fieldsOf(node)['class_type']) || null
    return listOf(fieldsOf(node)['errors']).map((error): NodeFault => {
      const fields = fieldsOf(error)
      const extra = fieldsOf(fields['extra_info'])
      const message = [textOf(fields['message']), textOf(fields['details'])]
      const allowed = allowedOf(extra['input_config'])
      return {
        nodeId,
        nodeClass,
        type: textOf(fields['type']),
        message: message.filter(text => text !== '').join(': ') || 'not valid',
        field: textOf(extra['input_name']) || null,
        ...('received_value' in extra ? { received: extra['received_value'] } : {}),
        ...(allowed === undefined ? {} : { allowed }),
      }
    })
  })
}

/** `input_config` is [type, options]: choices are a list (as type, or as `options`), numbers have a range. */
function allowedOf(config: unknown): unknown {
  const [type, options] = listOf(config)
  if (Array.isArray(type)) return type.slice(0, allowedMax)
  const fields = fieldsOf(options)
  if (Array.isArray(fields['options'])) return fields['options'].slice(0, allowedMax)
  if (fields['min'] === undefined && fields['max'] === undefined) return undefined
  return { min: fields['min'], max: fields['max'] }
}

/**
 * Takes a prompt back: out of the queue, then an interrupt that names it (one without a name would stop a neighbour's
 * run), then a look, and again, because it may move between the two. An interrupt is seen between nodes only, so this
 * may take as long as a node. Answers whether it is gone; false after `withinMs`, or when the engine is away.
 */
export async function stopPrompt(
  engine: EngineHttp,
  promptId: string,
  withinMs: number,
): Promise<boolean> {
  const until = performance.now() + withinMs
  for (let round = 0; performance.now() < until; round++) {
    try {
      await engine.post('/queue', { delete: [promptId] })
      await engine.post('/interrupt', { prompt_id: promptId })
      const place = await findPrompt(engine, promptId)
      if (place.at === 'ended' || place.at === 'nowhere') return true
    } catch {
      return false
    }
    await pause(Math.min(50 * 2 ** round, 1_000))
  }
  return false
}

/** Unloads models and frees memory; acts when the engine is idle. Best effort. */
export async function freeMemory(engine: EngineHttp): Promise<void> {
  await engine.post('/free', { unload_models: true, free_memory: true }).catch(() => {})
}
