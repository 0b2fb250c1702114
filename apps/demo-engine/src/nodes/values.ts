import { rawNumber } from '../exact-json.ts'
import {
  defineNode,
  type InputSpec,
  type LinkType,
  type NodeClass,
  type Value,
} from '../node-class.ts'
import { describeValue, type NodeInputs } from '../node-inputs.ts'

const SMALLEST = rawNumber('-9223372036854775807')
const LARGEST = rawNumber('9223372036854775807')

function primitive(name: string, displayName: string, type: LinkType, spec: InputSpec): NodeClass {
  return defineNode({
    name,
    displayName,
    pythonModule: 'comfy_extras.nodes_primitive',
    category: 'utils/primitive',
    schema: 'v3',
    inputs: { required: { value: spec } },
    outputs: [type],
    run: inputs => ({ outputs: [inputs.any('value')] }),
  })
}

/** Nodes around plain values, and the one that shows any value as text. */
export const valueNodes: readonly NodeClass[] = [
  primitive('PrimitiveString', 'String', 'STRING', ['STRING', { multiline: false }]),
  primitive('PrimitiveStringMultiline', 'String (Multiline)', 'STRING', [
    'STRING',
    { multiline: true },
  ]),
  primitive('PrimitiveInt', 'Int', 'INT', [
    'INT',
    { min: SMALLEST, max: LARGEST, control_after_generate: true },
  ]),
  primitive('PrimitiveFloat', 'Float', 'FLOAT', ['FLOAT', { min: SMALLEST, max: LARGEST }]),
  primitive('PrimitiveBoolean', 'Boolean', 'BOOLEAN', ['BOOLEAN', {}]),

  defineNode({
    name: 'StringConcatenate',
    displayName: 'Concatenate',
    pythonModule: 'comfy_extras.nodes_string',
    category: 'utils/string',
    schema: 'v3',
    inputs: {
      required: {
        string_a: ['STRING', { multiline: true }],
        string_b: ['STRING', { multiline: true }],
        delimiter: ['STRING', { default: '', multiline: false }],
      },
    },
    outputs: ['STRING'],
    run: inputs => ({
      outputs: [[inputs.text('string_a'), inputs.text('string_b')].join(inputs.text('delimiter'))],
    }),
  }),

  defineNode({
    name: 'PreviewAny',
    displayName: 'Preview Any',
    pythonModule: 'comfy_extras.nodes_preview_any',
    category: 'utils',
    inputs: { required: { source: ['*', {}] } },
    outputs: [],
    isOutputNode: true,
    run: inputs => ({ shown: { text: [asPythonText(inputs, 'source')] } }),
  }),
]

function asPythonText(inputs: NodeInputs, name: string): string {
  const value: Value = inputs.any(name)
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return String(describeValue(value))
}
