/** Reading what an engine says: JSON from Python, whose shapes nobody promises. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

// Python writes NaN and Infinity, which JSON does not know; a cached node's `is_changed` is often NaN. Texts are
// matched too, so that what stands in them is left alone.
const pythonNumbers = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g

/** Parses JSON with Python's numbers read as null; undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    try {
      return JSON.parse(
        text.replaceAll(pythonNumbers, found => (found.startsWith('"') ? found : 'null')),
      )
    } catch {
      return undefined
    }
  }
}
