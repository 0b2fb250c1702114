import { coerceInput } from './coerce-input.ts'
import { isRawNumber } from './exact-json.ts'
import type { Folders } from './folders.ts'
import { isRecord, type Graph } from './graph.ts'
import type { InputFacts, InputSpec, NodeClass } from './node-class.ts'
import type { InputError, NodeErrors, Verdict } from './prompt-errors.ts'
import { PythonError } from './python-error.ts'
import { pythonFloat, pythonText } from './python-text.ts'

/** How a node was judged. Nodes above a faulty one are invalid without errors of their own. */
interface Judged {
  readonly valid: boolean
  readonly errors: readonly InputError[]
}

/**
 * Judges a prompt in a real engine's order and words: classes of all nodes, then the inputs of what the outputs need.
 * An output whose branch is in order runs although others are refused: the verdict is ok and names the errors.
 * Constants are turned into their input's type in place.
 *
 * Throws TypeError for what a real engine answers with a plain 500.
 */
export async function validatePrompt(
  graph: Graph,
  classes: ReadonlyMap<string, NodeClass>,
  folders: Folders,
  onlyOutputs?: readonly string[],
): Promise<Verdict> {
  const outputs: string[] = []
  for (const [id, node] of Object.entries(graph)) {
    if (!isRecord(node)) throw new TypeError(`node ${id} is not an object`)
    if (!('class_type' in node))
      return refused(
        'invalid_prompt',
        'Cannot execute because a node is missing the class_type property.',
        `Node ID '#${id}'`,
      )
    const known = classes.get(node.class_type)
    if (known === undefined)
      return refused(
        'invalid_prompt',
        `Cannot execute because node ${pythonText(node.class_type)} does not exist.`,
        `Node ID '#${id}'`,
      )
    if (known.isOutputNode === true && (onlyOutputs === undefined || onlyOutputs.includes(id)))
      outputs.push(id)
  }
  if (outputs.length === 0) return refused('prompt_no_outputs', 'Prompt has no outputs', '')

  const validation = new Validation(graph, classes, folders)
  const good: string[] = []
  const failed: InputError[] = []
  const nodeErrors: Record<string, NodeErrors> = {}
  for (const output of outputs) {
    const judged = await validation.judgeOutput(output)
    if (judged.valid) {
      good.push(output)
      continue
    }
    failed.push(...judged.errors)
    for (const [id, { valid, errors }] of validation.judged) {
      if (valid || errors.length === 0) continue
      nodeErrors[id] ??= { errors, dependent_outputs: [], class_type: graph[id]?.class_type ?? '' }
      nodeErrors[id].dependent_outputs.push(output)
    }
  }
  if (good.length > 0) return { ok: true, outputs: good, nodeErrors }
  const details = failed.map(error => `${error.message}: ${error.details}`).join('\n')
  const verdict = refused(
    'prompt_outputs_failed_validation',
    'Prompt outputs failed validation',
    details,
  )
  return { ...verdict, nodeErrors }
}

function refused(type: string, message: string, details: string): Verdict & { ok: false } {
  return { ok: false, error: { type, message, details, extra_info: {} }, nodeErrors: {} }
}

class Validation {
  readonly judged = new Map<string, Judged>()
  readonly #running = new Set<string>()
  readonly #graph: Graph
  readonly #classes: ReadonlyMap<string, NodeClass>
  readonly #folders: Folders

  constructor(graph: Graph, classes: ReadonlyMap<string, NodeClass>, folders: Folders) {
    this.#graph = graph
    this.#classes = classes
    this.#folders = folders
  }

  async judgeOutput(id: string): Promise<Judged> {
    try {
      return await this.#judge(id)
    } catch (error) {
      const failure = asPython(error)
      const errors = [
        {
          type: 'exception_during_validation',
          message: 'Exception when validating node',
          details: failure.message,
          extra_info: { exception_type: failure.exceptionType, traceback: [] },
        },
      ]
      const judged = { valid: false, errors }
      this.judged.set(id, judged)
      return judged
    }
  }

  async #judge(id: string): Promise<Judged> {
    const known = this.judged.get(id)
    if (known) return known
    // A static cycle: a real engine runs out of stack and answers a 400 with nothing in it.
    if (this.#running.has(id)) return { valid: false, errors: [] }
    this.#running.add(id)

    const { inputs, nodeClass } = this.#node(id)
    const specs = await nodeClass.inputs(this.#folders)
    const errors: InputError[] = []
    let valid = true
    for (const [name, spec] of Object.entries({ ...specs.required, ...specs.optional })) {
      if (!(name in inputs)) {
        if (name in specs.required)
          errors.push(
            complaint('required_input_missing', 'Required input is missing', name, {
              input_name: name,
            }),
          )
        continue
      }
      const value = inputs[name]
      if (Array.isArray(value)) {
        const error = this.#checkLink(name, spec, value)
        if (error) errors.push(error)
        else if (!(await this.#judgeSource(name, spec, value))) valid = false
      } else {
        const error = checkConstant(inputs, name, spec, nodeClass)
        if (error) errors.push(error)
      }
    }
    errors.push(...(await this.#ownChecks(inputs, nodeClass)))

    const judged = { valid: valid && errors.length === 0, errors }
    this.judged.set(id, judged)
    this.#running.delete(id)
    return judged
  }

  #node(id: string): { inputs: Record<string, unknown>; nodeClass: NodeClass } {
    const node = this.#graph[id]
    if (node === undefined) throw new PythonError('KeyError', `'${id}'`)
    if (!isRecord(node.inputs)) throw new PythonError('KeyError', "'inputs'")
    const nodeClass = this.#classes.get(node.class_type)
    if (nodeClass === undefined) throw new PythonError('KeyError', `'${node.class_type}'`)
    return { inputs: node.inputs, nodeClass }
  }

  #checkLink(name: string, spec: InputSpec, link: readonly unknown[]): InputError | undefined {
    const config = { input_name: name, input_config: configOf(spec) }
    if (link.length !== 2)
      return complaint(
        'bad_linked_input',
        'Bad linked input, must be a length-2 list of [node_id, slot_index]',
        name,
        {
          ...config,
          received_value: link,
        },
      )
    const received = this.#outputType(link)
    if (spec[0] === '*' || received === spec[0]) return undefined
    const wanted = Array.isArray(spec[0]) ? pythonText(spec[0]) : String(spec[0])
    return complaint(
      'return_type_mismatch',
      'Return type mismatch between linked nodes',
      `${name}, received_type(${received}) mismatch input_type(${wanted})`,
      { ...config, received_type: received, linked_node: link },
    )
  }

  #outputType(link: readonly unknown[]): string {
    const source = this.#graph[String(link[0])]
    if (source === undefined) throw new PythonError('KeyError', `'${String(link[0])}'`)
    const outputs = this.#classes.get(source.class_type)?.outputs ?? []
    const type = outputs.at(Number(link[1]))
    if (type === undefined) throw new PythonError('IndexError', 'tuple index out of range')
    return type
  }

  async #judgeSource(name: string, spec: InputSpec, link: readonly unknown[]): Promise<boolean> {
    const source = String(link[0])
    try {
      return (await this.#judge(source)).valid
    } catch (error) {
      const failure = asPython(error)
      const errors = [
        complaint(
          'exception_during_inner_validation',
          'Exception when validating inner node',
          failure.message,
          {
            input_name: name,
            input_config: configOf(spec),
            exception_message: failure.message,
            exception_type: failure.exceptionType,
            traceback: [],
            linked_node: link,
          },
        ),
      ]
      this.judged.set(source, { valid: false, errors })
      return false
    }
  }

  async #ownChecks(
    inputs: Record<string, unknown>,
    nodeClass: NodeClass,
  ): Promise<readonly InputError[]> {
    const errors: InputError[] = []
    for (const name of nodeClass.checked ?? []) {
      // Links are judged when their value is there.
      if (!(name in inputs) || Array.isArray(inputs[name])) continue
      const complaintText = await nodeClass.check?.(inputs[name], this.#folders)
      if (complaintText === undefined) continue
      const details = `${name} - ${complaintText}`
      errors.push(
        complaint('custom_validation_failed', 'Custom validation failed for node', details, {
          input_name: name,
        }),
      )
    }
    return errors
  }
}

function complaint(
  type: string,
  message: string,
  details: string,
  extra: Record<string, unknown>,
): InputError {
  return { type, message, details, extra_info: extra }
}

function configOf(spec: InputSpec): readonly [unknown, InputFacts] {
  return [spec[0], spec[1] ?? {}]
}

function asPython(error: unknown): PythonError {
  if (error instanceof PythonError) return error
  return new PythonError('TypeError', error instanceof Error ? error.message : String(error))
}

function checkConstant(
  inputs: Record<string, unknown>,
  name: string,
  spec: InputSpec,
  nodeClass: NodeClass,
): InputError | undefined {
  const [type, facts = {}] = spec
  const config = { input_name: name, input_config: configOf(spec) }
  const given = inputs[name]
  const unwrapped = isRecord(given) && '__value__' in given ? given['__value__'] : given
  let value: unknown
  try {
    value = coerceInput(type, unwrapped)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return complaint(
      'invalid_input_type',
      `Failed to convert an input value to a ${String(type)} value`,
      `${name}, ${pythonText(unwrapped)}, ${text}`,
      { ...config, received_value: unwrapped, exception_message: text },
    )
  }
  inputs[name] = value
  if (nodeClass.checked?.includes(name) === true) return undefined

  const number = numberOf(value)
  if (number !== undefined) {
    const shown = (of: number): string => (type === 'FLOAT' ? pythonFloat(of) : String(of))
    const [min, max] = [numberOf(facts.min), numberOf(facts.max)]
    if (min !== undefined && number < min)
      return complaint(
        'value_smaller_than_min',
        `Value ${shown(number)} smaller than min of ${shown(min)}`,
        name,
        { ...config, received_value: value },
      )
    if (max !== undefined && number > max)
      return complaint(
        'value_bigger_than_max',
        `Value ${shown(number)} bigger than max of ${shown(max)}`,
        name,
        { ...config, received_value: value },
      )
  }
  return Array.isArray(type) ? checkChoice(name, type, facts, value) : undefined
}

function checkChoice(
  name: string,
  choices: readonly unknown[],
  facts: InputFacts,
  value: unknown,
): InputError | undefined {
  if (choices.includes(value)) return undefined
  // Long lists (files, models) are not sent back.
  const isLong = choices.length > 20
  const list = isLong ? `(list of length ${choices.length})` : pythonText(choices)
  return complaint(
    'value_not_in_list',
    'Value not in list',
    `${name}: '${pythonText(value)}' not in ${list}`,
    {
      input_name: name,
      input_config: isLong ? null : [choices, facts],
      received_value: value,
    },
  )
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}
