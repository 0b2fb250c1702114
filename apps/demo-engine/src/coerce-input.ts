import { isRawNumber, rawNumber } from './exact-json.ts'
import { pythonRepr } from './python-text.ts'

/**
 * Turns a constant into what its input's type wants, with Python's rules (`int('3')` is 3, `bool('')` is False).
 * Throws an Error with Python's words where they refuse. Types that are not plain pass unchanged.
 */
export function coerceInput(type: unknown, value: unknown): unknown {
  switch (type) {
    case 'INT':
      return toInt(value)
    case 'FLOAT':
      return toFloat(value)
    case 'STRING':
      return toText(value)
    case 'BOOLEAN':
      return isTruthy(value)
    default:
      return value
  }
}

function toInt(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number') return Math.trunc(value)
  if (isRawNumber(value)) {
    if (/^-?\d+$/.test(value.rawJSON)) return value
    return Math.trunc(Number(value.rawJSON))
  }
  if (typeof value === 'string') {
    const digits = /^\s*([+-]?\d+)\s*$/.exec(value)?.[1]
    if (digits === undefined)
      throw new Error(`invalid literal for int() with base 10: ${pythonRepr(value)}`)
    const number = Number(digits)
    return Number.isSafeInteger(number)
      ? number
      : rawNumber(digits.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1'))
  }
  throw new Error(
    `int() argument must be a string, a bytes-like object or a real number, not '${pythonType(value)}'`,
  )
}

function toFloat(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number' || isRawNumber(value)) return value
  if (typeof value === 'string') {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isNaN(number))
      throw new Error(`could not convert string to float: ${pythonRepr(value)}`)
    return number
  }
  throw new Error(`float() argument must be a string or a real number, not '${pythonType(value)}'`)
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return JSON.stringify(value)
}

function isTruthy(value: unknown): boolean {
  if (isRawNumber(value)) return Number(value.rawJSON) !== 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

function pythonType(value: unknown): string {
  if (value === null) return 'NoneType'
  return Array.isArray(value) ? 'list' : 'dict'
}
