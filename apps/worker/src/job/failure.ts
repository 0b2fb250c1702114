/** How a job can fail, and who is to blame: the job (never run again) or our machines (run again, uncounted). */
import { jobErrors, type JobErrorCode } from '@bp/contracts/jobs'
import type { InfrastructureCode } from '@bp/contracts/leases'
import type { Fail } from '@bp/contracts/shapes/leases'
import type { HistoryEntry } from '../comfy/history.ts'
import { EngineUnreachable } from '../comfy/http.ts'
import { listOf, textOf } from '../comfy/json.ts'
import { EngineFaulty, type NodeFault, type PostAnswer } from '../comfy/prompt.ts'
import { reasonOf } from '../log.ts'
import { FileTooLong } from '../receive-file.ts'

export type Failure = Fail['leases'][number]['failure']

/** Thrown by any step of a job; carries what the backend is told. */
export class JobFailed extends Error {
  readonly failure: Failure
  constructor(failure: Failure, cause?: unknown) {
    super(
      failure.kind === 'job' ? failure.error.message : failure.message,
      cause === undefined ? undefined : { cause },
    )
    this.name = 'JobFailed'
    this.failure = failure
  }
}

interface FaultPlace {
  readonly pointer?: string | null
  readonly nodeId?: string | null
  readonly nodeClass?: string | null
  readonly received?: unknown
  readonly allowed?: unknown
  readonly traceback?: string | null
}
const messageMax = 2_000
const tracebackMax = 32_000
const valueMax = 2_000

/** The job is to blame, or cannot run here at all. */
export function jobFault(code: JobErrorCode, message: string, place: FaultPlace = {}): JobFailed {
  return new JobFailed({
    kind: 'job',
    error: {
      code,
      message: redact(message).slice(0, messageMax),
      ...jobErrors[code],
      pointer: place.pointer ?? null,
      node_id: place.nodeId ?? null,
      node_class: place.nodeClass ?? null,
      ...(place.received === undefined ? {} : { received: short(place.received) }),
      ...(place.allowed === undefined ? {} : { allowed: short(place.allowed) }),
      traceback: place.traceback?.slice(0, tracebackMax) ?? null,
    },
  })
}

/** Our machines are to blame: the job runs again, elsewhere if need be. */
export const infrastructure = (code: InfrastructureCode, message: string, cause?: unknown) =>
  new JobFailed({ kind: 'infrastructure', code, message: message.slice(0, messageMax) }, cause)

/** Folders of a machine are nobody's business: of an absolute path only its last part is kept. */
export const redact = (text: string): string =>
  text.replaceAll(/(?<![\w:/.])(?:[A-Za-z]:)?[\\/](?:[\w.@+ -]+[\\/])+(?=[\w.@+-])/g, '…/')

/** A value as it may be repeated in a report; long ones are cut. */
function short(value: unknown): unknown {
  const text = JSON.stringify(value) ?? ''
  return text.length <= valueMax ? value : `${text.slice(0, valueMax)}…`
}

const brief = (value: unknown): string => {
  const text = JSON.stringify(value) ?? ''
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`
}

/** What the backend is told about anything that was thrown in a job. */
export function failureOf(error: unknown): Failure {
  if (error instanceof JobFailed) return error.failure
  if (error instanceof EngineUnreachable)
    return infrastructure('engine_unreachable', reasonOf(error)).failure
  if (error instanceof EngineFaulty)
    return infrastructure('engine_crashed', reasonOf(error)).failure
  if (error instanceof FileTooLong)
    return jobFault('output_too_large', `An output is larger than ${error.bytesMax} bytes.`, {
      allowed: error.bytesMax,
    }).failure
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return infrastructure('disk_full', 'The disk of the worker is full.').failure
  return jobFault('internal', 'The worker ran into a fault of its own.', {
    traceback: error instanceof Error ? (error.stack ?? null) : null,
  }).failure
}

const modelFile = /\.(?:safetensors|sft|ckpt|pt|pth|bin|gguf|onnx)$/i

/** The fault of a graph that the engine refuses, from the first node it names; the message names them all. */
export function refusedGraph(answer: PostAnswer & { posted: false }): JobFailed {
  const [first] = answer.faults
  if (first !== undefined) return nodeFaults(answer.faults, codeOf(first))
  const isMissing =
    answer.type === 'missing_node_type' ||
    (answer.type === 'invalid_prompt' &&
      /node .*(?:not found|does not exist)/i.test(answer.message))
  return jobFault(isMissing ? 'node_missing' : 'input_invalid', answer.message)
}

/** The engine took only a part of the graph, and nobody said that this is enough. */
export const partialGraph = (faults: readonly NodeFault[]): JobFailed =>
  nodeFaults(faults, 'graph_partial')

function codeOf(fault: NodeFault): JobErrorCode {
  const isModel =
    fault.type === 'value_not_in_list' &&
    typeof fault.received === 'string' &&
    modelFile.test(fault.received)
  return isModel ? 'model_missing' : 'input_invalid'
}

function nodeFaults(faults: readonly NodeFault[], code: JobErrorCode): JobFailed {
  const lines = faults.map(fault =>
    [
      `${fault.nodeClass ?? 'node'} ${fault.nodeId}${fault.field === null ? '' : `, ${fault.field}`}: ${fault.message}`,
      ...(fault.received === undefined ? [] : [`received ${brief(fault.received)}`]),
      ...(fault.allowed === undefined ? [] : [`allowed ${brief(fault.allowed)}`]),
    ].join(', '),
  )
  const [first] = faults
  const field = first?.field == null ? '' : `/inputs/${pointerPart(first.field)}`
  return jobFault(code, lines.join('; '), {
    pointer: first === undefined ? null : `/graph/${pointerPart(first.nodeId)}${field}`,
    nodeId: first?.nodeId ?? null,
    nodeClass: first?.nodeClass ?? null,
    received: first?.received,
    allowed: first?.allowed,
  })
}

/** A key as a part of a JSON pointer. */
export const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

const oomType = /OutOfMemoryError$/
const oomText = /out of memory|can't allocate memory|not enough memory/i
const cudaText = /CUDA error|CUBLAS_STATUS|CUDNN_STATUS|device-side assert/i
const undecodable = /UnidentifiedImageError|cannot identify image file/i

/** What an ended run says of itself: nothing when it went well, `oom` when more room may help, else the fault. */
export function faultOfRun(entry: HistoryEntry): JobFailed | 'oom' | undefined {
  const said = entry.messages.findLast(({ type }) => type === 'execution_error')
  const isInterrupted = entry.messages.some(({ type }) => type === 'execution_interrupted')
  if (entry.isSuccess) {
    // A blocked node reports an error and the run goes on to its end: what it made decides.
    if (said === undefined || Object.keys(entry.outputs).length > 0) return undefined
  } else if (isInterrupted && said === undefined) {
    return infrastructure('engine_lost_prompt', 'Somebody interrupted the run on the engine.')
  }
  const data = said?.data ?? {}
  const type = textOf(data['exception_type'])
  const text = textOf(data['exception_message']).trim()
  if (oomType.test(type) || oomText.test(text)) return 'oom'
  if (type.endsWith('AcceleratorError') || cudaText.test(text))
    return infrastructure('cuda_error', redact(`${type}: ${text}`))
  const message = [type, text].filter(part => part !== '').join(': ')
  return jobFault(
    undecodable.test(type) || undecodable.test(text) ? 'input_invalid' : 'node_error',
    message || 'The run failed, and the engine does not say why.',
    {
      nodeId: textOf(data['node_id']) || null,
      nodeClass: textOf(data['node_type']) || null,
      traceback: listOf(data['traceback']).map(textOf).join('') || null,
    },
  )
}
