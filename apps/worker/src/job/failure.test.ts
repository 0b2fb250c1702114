import { describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../comfy/history.ts'
import { readNodeFaults } from '../comfy/prompt.ts'
import { failureOf, faultOfRun, JobFailed, redact, refusedGraph } from './failure.ts'

const entry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  isSuccess: false,
  outputs: {},
  messages: [],
  ...more,
})
const raised = (type: string, text: string) =>
  entry({
    messages: [
      {
        type: 'execution_error',
        data: {
          node_id: '5',
          node_type: 'KSampler',
          exception_type: type,
          exception_message: text,
          traceback: ['line 1\n', 'line 2\n'],
        },
      },
    ],
  })
const codeOf = (found: ReturnType<typeof faultOfRun>) => {
  if (!(found instanceof JobFailed)) return found
  return found.failure.kind === 'job' ? found.failure.error.code : found.failure.code
}

describe('who is to blame for a run that ended badly', () => {
  it.each([
    ['torch.OutOfMemoryError', 'Allocation on device', 'oom'],
    ['torch.cuda.OutOfMemoryError', 'x', 'oom'],
    ['RuntimeError', 'CUDA out of memory. Tried to allocate 2 GiB', 'oom'],
    ['RuntimeError', 'CUDA error: device-side assert triggered', 'cuda_error'],
    ['torch.AcceleratorError', 'CUDA error: unspecified launch failure', 'cuda_error'],
    ['PIL.UnidentifiedImageError', 'cannot identify image file', 'input_invalid'],
    ['ValueError', 'not a number', 'node_error'],
  ])('%s: %s → %s', (type, text, code) => {
    expect(codeOf(faultOfRun(raised(type, text)))).toBe(code)
  })

  it('keeps class, node and traceback, and takes folders of the machine out of the text', () => {
    const fault = faultOfRun(raised('ValueError', 'no file /home/me/models/a.ckpt here'))
    expect(fault instanceof JobFailed && fault.failure).toMatchObject({
      error: {
        node_id: '5',
        node_class: 'KSampler',
        message: 'ValueError: no file …/a.ckpt here',
        traceback: 'line 1\nline 2\n',
        who: 'you',
      },
    })
    expect(redact('see http://a.b/c/d and C:\\x\\y.txt')).toBe('see http://a.b/c/d and …/y.txt')
  })

  it('lets a blocked node pass when the run made something all the same', () => {
    const blocked = { ...raised('ExecutionBlocked', 'stopped here'), isSuccess: true }
    expect(codeOf(faultOfRun({ ...blocked, outputs: { '9': {} } }))).toBeUndefined()
    expect(codeOf(faultOfRun(blocked))).toBe('node_error')
  })

  it('blames nobody’s job for an interrupt by a stranger', () => {
    const messages = [{ type: 'execution_interrupted', data: {} }]
    expect(codeOf(faultOfRun(entry({ messages })))).toBe('engine_lost_prompt')
  })
})

describe('a graph that the engine refuses', () => {
  const nodeErrors = (received: unknown) => ({
    '4': {
      class_type: 'CheckpointLoaderSimple',
      dependent_outputs: ['9'],
      errors: [
        {
          type: 'value_not_in_list',
          message: 'Value not in list',
          details: '',
          extra_info: {
            input_name: 'ckpt_name',
            input_config: [['a.safetensors'], {}],
            received_value: received,
          },
        },
      ],
    },
  })
  const refuse = (received: unknown) =>
    refusedGraph({
      posted: false,
      type: 'x',
      message: 'm',
      faults: readNodeFaults(nodeErrors(received)),
    }).failure

  it('lacks a model when the value is the name of one', () => {
    expect(refuse('b.safetensors')).toMatchObject({
      error: {
        code: 'model_missing',
        pointer: '/graph/4/inputs/ckpt_name',
        received: 'b.safetensors',
        allowed: ['a.safetensors'],
      },
    })
    expect(refuse('fast')).toMatchObject({ error: { code: 'input_invalid' } })
  })

  it('lacks a node when the engine says so in either of its ways', () => {
    const refused = (type: string, message: string) =>
      refusedGraph({ posted: false, type, message, faults: [] }).failure
    expect(refused('missing_node_type', 'x')).toMatchObject({ error: { code: 'node_missing' } })
    expect(
      refused('invalid_prompt', 'Cannot execute because node Foo does not exist.'),
    ).toMatchObject({ error: { code: 'node_missing' } })
    expect(refused('prompt_no_outputs', 'Prompt has no outputs')).toMatchObject({
      error: { code: 'input_invalid' },
    })
  })
})

it('a full disk is the machine’s fault', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  expect(failureOf(full)).toMatchObject({ kind: 'infrastructure', code: 'disk_full' })
})
