import type { Folders } from './folders.ts'
import type { NodeClass } from './node-class.ts'

/** A class as `/object_info` shows it. Classes of the newer schema carry a few more fields. */
async function describeNode(node: NodeClass, folders: Folders): Promise<Record<string, unknown>> {
  const specs = await node.inputs(folders)
  const hidden = specs.hidden ?? {}
  const order = Object.entries(specs).map(([group, inputs]) => [group, Object.keys(inputs)])
  return {
    input: { ...specs, ...(specs.hidden === undefined ? {} : { hidden }) },
    input_order: Object.fromEntries(order),
    output: node.outputs,
    output_is_list: node.outputs.map(() => false),
    output_name: node.outputNames ?? node.outputs,
    ...(node.schema === 'v3' ? { output_tooltips: node.outputs.map(() => null) } : {}),
    name: node.name,
    display_name: node.displayName,
    description: node.description ?? '',
    python_module: node.pythonModule,
    category: node.category,
    output_node: node.isOutputNode ?? false,
    ...(node.schema === 'v3' ? { deprecated: false, experimental: false, api_node: false } : {}),
  }
}

/** All classes, or the one asked for (nothing when it is unknown), by name. */
export async function describeNodes(
  classes: ReadonlyMap<string, NodeClass>,
  folders: Folders,
  only?: string,
): Promise<Record<string, unknown>> {
  const wanted = [...classes.values()].filter(node => only === undefined || node.name === only)
  const described = await Promise.all(
    wanted.map(async node => [node.name, await describeNode(node, folders)]),
  )
  return Object.fromEntries(described)
}
