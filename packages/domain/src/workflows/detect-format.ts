import { isRecord } from './is-record.ts'

export type DetectedFormat =
  /** API format; `graph` is taken out of a `{ "prompt": … }` wrapper. */
  | { readonly format: 'api'; readonly graph: Readonly<Record<string, unknown>> }
  /** The editor's own save: it doesn't say what each field holds. */
  | { readonly format: 'ui' }
  | { readonly format: 'unknown'; readonly reason: string }

/** Tells what kind of workflow a parsed JSON value is. Looks at its shape only; `checkGraph` looks closer. */
export function detectFormat(value: unknown): DetectedFormat {
  if (!isRecord(value)) return { format: 'unknown', reason: 'it is no JSON object' }
  if (Array.isArray(value['nodes']) && Array.isArray(value['links'])) return { format: 'ui' }
  const prompt = value['prompt']
  if (isRecord(prompt) && !('class_type' in value) && looksLikeGraph(prompt))
    return { format: 'api', graph: prompt }
  if (looksLikeGraph(value)) return { format: 'api', graph: value }
  const size = Object.keys(value).length
  return {
    format: 'unknown',
    reason: size === 0 ? 'it holds no nodes' : 'its values are no nodes with a "class_type"',
  }
}

/** One node with a class is enough to call it a graph: what is wrong with the others is told node by node. */
const looksLikeGraph = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.values(value).some(node => isRecord(node) && typeof node['class_type'] === 'string')
