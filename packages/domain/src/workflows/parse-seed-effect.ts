/** `effects/<slug>/effect.json`: what it must look like, every fault with its place. */
import type { Fault } from '@bp/contracts/errors'
import { checkInput } from '@bp/contracts/inputs/check-input'
import { inputKinds, type InputKind } from '@bp/contracts/inputs/schema'
import type { Graph, InputTarget, WorkflowOutput } from '@bp/contracts/workflows'
import { deriveInputSchema } from './derive-input-schema.ts'
import { isFileKind, type DeclaredSchema, type WorkflowInput } from './inputs.ts'
import { isRecord } from './is-record.ts'
import { pointer } from './pointer.ts'

export interface SeedEffect {
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly inputs: readonly WorkflowInput[]
  readonly outputs: readonly WorkflowOutput[]
  readonly fixed: Readonly<Record<string, unknown>>
  readonly needs: {
    readonly models: readonly string[]
    readonly custom_nodes: readonly string[]
    readonly min_vram_gb: number
  }
  readonly examples: readonly {
    readonly name: string
    readonly input: Readonly<Record<string, unknown>>
    /** Input key → file of the same folder. */
    readonly files: Readonly<Record<string, string>>
  }[]
  /** File names of the same folder. */
  readonly pictures: { readonly cover: string; readonly sample: string }
}

type Report = (at: string, code: string, message: string, allowed?: unknown) => void
type Row = Readonly<Record<string, unknown>>

const known = [
  'name',
  'description',
  'tags',
  'price',
  'inputs',
  'outputs',
  'fixed',
  'needs',
  'examples',
  'pictures',
]
/** Inputs or outputs of one effect; a form with more is no form. */
const rowsMax = 64
const fileName = /^[a-z0-9][a-z0-9._-]{0,63}$/

/**
 * Reads an `effect.json`. With the checked graph it also looks whether each target and output exists.
 * All faults at once; `effect` is undefined when there is one.
 */
export function parseSeedEffect(
  text: string,
  graph?: Graph,
): { readonly effect: SeedEffect | undefined; readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  const report: Report = (at, code, message, allowed) =>
    void faults.push({ pointer: at, code, message, ...(allowed === undefined ? {} : { allowed }) })

  let root: unknown
  try {
    root = JSON.parse(text)
  } catch (error) {
    report('', 'json', error instanceof Error ? error.message : 'It is not valid JSON.')
    return { effect: undefined, faults }
  }
  if (!isRecord(root)) {
    report('', 'type', 'effect.json must hold one object.')
    return { effect: undefined, faults }
  }
  for (const key of Object.keys(root))
    if (!known.includes(key)) report(pointer(key), 'unknown', `There is no field "${key}".`, known)

  const inputs = rowsOf(root, 'inputs', report).map((row, n) => readInput(row, n, graph, report))
  reportTwice(inputs, '/inputs', report)
  const outputs = rowsOf(root, 'outputs', report).map((row, n) => readOutput(row, n, graph, report))
  reportTwice(outputs, '/outputs', report)
  if (outputs.length === 0) report('/outputs', 'required', 'An effect needs at least one output.')
  const effect: SeedEffect = {
    name: textOf(root, 'name', '', 120, report),
    description: textOf(root, 'description', '', 1_024, report),
    tags: textsOf(root, 'tags', '', report),
    inputs,
    outputs,
    fixed: readFixed(root, inputs, report),
    needs: readNeeds(root, report),
    examples: [],
    pictures: readPictures(root, report),
  }
  const examples = rowsOf(root, 'examples', report).map((row, n) =>
    readExample(row, n, effect, report),
  )
  return faults.length > 0
    ? { effect: undefined, faults }
    : { effect: { ...effect, examples }, faults: [] }
}

function readInput(row: Row, n: number, graph: Graph | undefined, report: Report): WorkflowInput {
  const at = pointer('inputs', n)
  const key = textOf(row, 'key', at, 64, report)
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(key))
    report(`${at}/key`, 'pattern', `"${key}" is no input key.`, 'a-z, 0-9, _')
  const kind = row['kind']
  const isKnown = typeof kind === 'string' && isInputKind(kind)
  if (!isKnown) report(`${at}/kind`, 'enum', 'This kind of input is not known.', inputKinds)
  const targets = rowsOf(row, 'targets', report, at).map((target, place) =>
    readTarget(target, `${at}/targets/${place}`, graph, report),
  )
  if (targets.length === 0) report(`${at}/targets`, 'required', `"${key}" goes nowhere.`)
  const schema = row['schema'] ?? {}
  if (!isRecord(schema)) report(`${at}/schema`, 'type', 'The schema must be an object.')
  const extras = isRecord(schema) ? schema['x-bp'] : undefined
  if (extras !== undefined && !isRecord(extras))
    report(`${at}/schema/x-bp`, 'type', 'x-bp must be an object.')
  return {
    key,
    kind: isKnown ? kind : 'text',
    targets,
    schema: isRecord(schema) ? readSchema(schema, `${at}/schema`, report) : {},
    ...(row['optional'] === true ? { optional: true } : {}),
  }
}

const schemaTypes: Readonly<Record<string, 'string' | 'number' | 'array' | 'any'>> = {
  type: 'string',
  title: 'string',
  description: 'string',
  default: 'any',
  enum: 'array',
  minimum: 'number',
  maximum: 'number',
  multipleOf: 'number',
  minLength: 'number',
  maxLength: 'number',
  pattern: 'string',
  minItems: 'number',
  maxItems: 'number',
  examples: 'array',
  'x-bp': 'any',
}

function readSchema(schema: Row, at: string, report: Report): DeclaredSchema {
  for (const [key, value] of Object.entries(schema)) {
    const type = Object.hasOwn(schemaTypes, key) ? schemaTypes[key] : undefined
    if (type === undefined)
      report(at + pointer(key), 'unknown', `A schema has no "${key}".`, Object.keys(schemaTypes))
    else if (!isOfType(value, type))
      report(at + pointer(key), 'type', `${key} must be a ${type}.`, type)
  }
  return schema
}

function isOfType(value: unknown, type: 'string' | 'number' | 'array' | 'any'): boolean {
  if (type === 'any') return true
  // oxlint-disable-next-line valid-typeof -- `type` is one of two names of typeof here
  return type === 'array' ? Array.isArray(value) : typeof value === type
}

function readTarget(row: Row, at: string, graph: Graph | undefined, report: Report): InputTarget {
  const node = textOf(row, 'node', at, 64, report)
  const field = textOf(row, 'field', at, 128, report)
  if (graph === undefined) return { node, field }
  const found = Object.hasOwn(graph, node) ? graph[node] : undefined
  if (found === undefined)
    report(`${at}/node`, 'target_missing', `The graph has no node ${node}.`, Object.keys(graph))
  else if (!Object.hasOwn(found.inputs, field))
    report(
      `${at}/field`,
      'target_missing',
      `Node ${node} (${found.class_type}) has no field "${field}".`,
      Object.keys(found.inputs),
    )
  return { node, field }
}

function readOutput(row: Row, n: number, graph: Graph | undefined, report: Report): WorkflowOutput {
  const at = pointer('outputs', n)
  const node = textOf(row, 'node_id', at, 64, report)
  if (graph !== undefined && !Object.hasOwn(graph, node))
    report(`${at}/node_id`, 'target_missing', `The graph has no node ${node}.`, Object.keys(graph))
  return {
    key: textOf(row, 'key', at, 64, report),
    node_id: node,
    kind: textOf(row, 'kind', at, 32, report),
  }
}

function readFixed(root: Row, inputs: readonly WorkflowInput[], report: Report): Row {
  const fixed = root['fixed'] ?? {}
  if (!isRecord(fixed)) {
    report('/fixed', 'type', 'fixed must be an object.')
    return {}
  }
  const schema = deriveInputSchema(inputs.map(input => ({ ...input, optional: true })))
  for (const fault of checkInput(schema, fixed).faults)
    report(`/fixed${fault.pointer}`, fault.code, fault.message, fault.allowed)
  return fixed
}

function readNeeds(root: Row, report: Report): SeedEffect['needs'] {
  const needs = root['needs'] ?? {}
  if (!isRecord(needs)) {
    report('/needs', 'type', 'needs must be an object.')
    return { models: [], custom_nodes: [], min_vram_gb: 0 }
  }
  const vram = needs['min_vram_gb'] ?? 0
  if (typeof vram !== 'number' || vram < 0)
    report('/needs/min_vram_gb', 'type', 'min_vram_gb must be a number from 0.')
  return {
    models: textsOf(needs, 'models', '/needs', report),
    custom_nodes: textsOf(needs, 'custom_nodes', '/needs', report),
    min_vram_gb: typeof vram === 'number' ? vram : 0,
  }
}

function readPictures(root: Row, report: Report): SeedEffect['pictures'] {
  const pictures = root['pictures']
  if (!isRecord(pictures)) {
    report('/pictures', 'required', 'An effect needs a cover and a sample.')
    return { cover: '', sample: '' }
  }
  const read = (key: 'cover' | 'sample') => {
    const name = textOf(pictures, key, '/pictures', 64, report)
    if (name !== '' && !fileName.test(name))
      report(`/pictures/${key}`, 'pattern', `"${name}" is no file of this folder.`)
    return name
  }
  return { cover: read('cover'), sample: read('sample') }
}

function readExample(
  row: Row,
  n: number,
  effect: SeedEffect,
  report: Report,
): SeedEffect['examples'][number] {
  const at = pointer('examples', n)
  const input = row['input'] ?? {}
  const given = row['files'] ?? {}
  if (!isRecord(input)) report(`${at}/input`, 'type', 'input must be an object.')
  if (!isRecord(given)) report(`${at}/files`, 'type', 'files must be an object.')
  const files: Record<string, string> = {}
  for (const [key, name] of Object.entries(isRecord(given) ? given : {})) {
    const takesFile = effect.inputs.some(one => one.key === key && isFileKind(one.kind))
    if (!takesFile)
      report(`${at}/files${pointer(key)}`, 'unknown', `"${key}" is no input for a file.`)
    if (typeof name === 'string' && fileName.test(name)) files[key] = name
    else report(`${at}/files${pointer(key)}`, 'pattern', 'This is no file of this folder.')
  }
  const schema = deriveInputSchema(
    effect.inputs.map(one => (Object.hasOwn(files, one.key) ? { ...one, optional: true } : one)),
    effect.fixed,
  )
  if (isRecord(input))
    for (const fault of checkInput(schema, input).faults)
      report(`${at}/input${fault.pointer}`, fault.code, fault.message, fault.allowed)
  return { name: textOf(row, 'name', at, 120, report), input: isRecord(input) ? input : {}, files }
}

function textOf(row: Row, key: string, at: string, max: number, report: Report): string {
  const value = row[key]
  if (typeof value === 'string' && value.length > 0 && value.length <= max) return value
  const message =
    value === undefined ? `${key} is missing.` : `${key} must be a text of 1 to ${max} characters.`
  report(`${at}${pointer(key)}`, value === undefined ? 'required' : 'type', message)
  return ''
}

function textsOf(row: Row, key: string, at: string, report: Report): readonly string[] {
  const value = row[key] ?? []
  if (Array.isArray(value)) {
    const texts = value.filter(item => typeof item === 'string')
    if (texts.length === value.length) return texts
  }
  report(`${at}${pointer(key)}`, 'type', `${key} must be a list of texts.`)
  return []
}

function rowsOf(row: Row, key: string, report: Report, at = ''): readonly Row[] {
  const value = row[key] ?? []
  const where = `${at}${pointer(key)}`
  if (!Array.isArray(value) || value.length > rowsMax) {
    report(where, 'type', `${key} must be a list of at most ${rowsMax} objects.`)
    return []
  }
  return value.flatMap((item, n) => {
    if (isRecord(item)) return [item]
    report(`${where}/${n}`, 'type', 'This must be an object.')
    return []
  })
}

function reportTwice(rows: readonly { readonly key: string }[], at: string, report: Report): void {
  const seen = new Set<string>()
  rows.forEach(({ key }, n) => {
    if (seen.has(key)) report(`${at}/${n}/key`, 'twice', `"${key}" is there twice.`)
    seen.add(key)
  })
}

const isInputKind = (text: string): text is InputKind => inputKinds.some(kind => kind === text)
