import { isRawNumber } from './exact-json.ts'

/** A value as Python's `str` writes it inside messages. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (isRawNumber(value)) return value.rawJSON
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  return JSON.stringify(value)
}

/** A value as Python's `repr` writes it: texts in quotes. */
export function pythonRepr(value: unknown): string {
  if (typeof value !== 'string') return pythonText(value)
  return value.includes("'") && !value.includes('"')
    ? `"${value}"`
    : `'${value.replaceAll("'", String.raw`\'`)}'`
}

/** A fraction as Python writes it: `1.0`, never `1`. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value)
}
