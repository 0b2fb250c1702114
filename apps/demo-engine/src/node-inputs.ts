import { isRawNumber } from './exact-json.ts'
import type { Mask, Picture } from './images/picture.ts'
import type { Value } from './node-class.ts'
import { PythonError } from './python-error.ts'

/** The inputs of one node run, read by type. A wrong type raises as the real node's code would. */
export class NodeInputs {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values
  }

  /** All inputs by name, for error reports. */
  entries(): readonly (readonly [string, unknown])[] {
    return [...this.#values]
  }

  has(name: string): boolean {
    return this.#values.get(name) !== undefined && this.#values.get(name) !== null
  }

  any(name: string): Value {
    const value = this.#values.get(name)
    if (isRawNumber(value)) return Number(value.rawJSON)
    if (isPicture(value) || isMask(value) || isPlain(value)) return value
    return value === undefined ? null : JSON.stringify(value)
  }

  picture(name: string): Picture {
    const value = this.#values.get(name)
    if (isPicture(value)) return value
    throw wrong(name, 'IMAGE', value)
  }

  mask(name: string): Mask {
    const value = this.#values.get(name)
    if (isMask(value)) return value
    throw wrong(name, 'MASK', value)
  }

  number(name: string): number {
    const value = this.#values.get(name)
    if (typeof value === 'number') return value
    if (typeof value === 'boolean') return Number(value)
    if (isRawNumber(value)) return Number(value.rawJSON)
    throw wrong(name, 'number', value)
  }

  /** A whole number with all its digits: seeds go beyond what a double holds. */
  big(name: string): bigint {
    const value = this.#values.get(name)
    if (isRawNumber(value) && /^-?\d+$/.test(value.rawJSON)) return BigInt(value.rawJSON)
    return BigInt(Math.trunc(this.number(name)))
  }

  text(name: string): string {
    const value = this.#values.get(name)
    if (typeof value === 'string') return value
    throw wrong(name, 'str', value)
  }

  flag(name: string): boolean {
    const value = this.#values.get(name)
    if (typeof value === 'boolean') return value
    throw wrong(name, 'bool', value)
  }
}

function wrong(name: string, wanted: string, value: unknown): PythonError {
  return new PythonError(
    'TypeError',
    `input '${name}' is ${describeValue(value)}, a ${wanted} was expected`,
  )
}

function isPlain(value: unknown): value is number | string | boolean | null {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value)
}

/** Whether a value is a batch of pictures. */
function isPicture(value: unknown): value is Picture {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'picture'
}

/** Whether a value is a batch of masks. */
function isMask(value: unknown): value is Mask {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'mask'
}

/** A value in words, short enough for an error report. */
export function describeValue(value: unknown): string | number | boolean | null {
  if (isPicture(value))
    return `tensor of shape [${value.frames.length}, ${value.height}, ${value.width}, ${value.channels}]`
  if (isMask(value))
    return `tensor of shape [${value.frames.length}, ${value.height}, ${value.width}]`
  if (isRawNumber(value)) return value.rawJSON
  if (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'string' ||
    value === null
  )
    return value
  return JSON.stringify(value) ?? 'None'
}
