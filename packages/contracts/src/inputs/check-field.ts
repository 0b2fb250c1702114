import { idPattern } from '../ids.ts'
import { limits } from '../limits.ts'
import type { FieldSchema } from './schema.ts'

/** What is wrong with a value: code, sentence, what came, what is allowed. */
export interface FieldFault {
  readonly code: string
  readonly message: string
  readonly received?: unknown
  readonly allowed?: unknown
}

const assetId = new RegExp(idPattern('asset'))
/** Seeds reach 2^64 − 1 (ComfyUI's widget range), which no JavaScript number holds: they travel as decimal text. */
const seedMax = (1n << 64n) - 1n

/** Checks one value against its field; undefined when it fits. */
export function checkField(field: FieldSchema, value: unknown): FieldFault | undefined {
  const title = field.title ?? 'The value'
  switch (field['x-bp'].kind) {
    case 'prompt':
    case 'text':
      return checkText(field, title, value)
    case 'int':
    case 'float':
      return checkNumber(field, title, value)
    case 'bool':
      return typeof value === 'boolean'
        ? undefined
        : wrong(`${title} must be true or false.`, value, 'boolean')
    case 'enum':
      return (field.enum ?? []).some(allowed => allowed === value)
        ? undefined
        : {
            code: 'enum',
            message: `${title} must be one of ${(field.enum ?? []).join(', ')}.`,
            received: shorten(value),
            allowed: field.enum ?? [],
          }
    case 'seed':
      return checkSeed(title, value)
    case 'image':
    case 'mask':
    case 'video':
    case 'audio':
      return checkAsset(title, value)
    case 'files':
      return checkFiles(field, title, value)
    case 'size':
      return checkSize(field, title, value)
    case 'model':
      return typeof value === 'string' && value.length <= 255
        ? undefined
        : wrong(`${title} must name a model.`, value, 'string')
  }
}

function checkText(field: FieldSchema, title: string, value: unknown): FieldFault | undefined {
  if (typeof value !== 'string') return wrong(`${title} must be a text.`, value, 'string')
  const longest = Math.min(field.maxLength ?? limits.inputTextMax, limits.inputTextMax)
  if (value.length > longest)
    return {
      code: 'maxLength',
      message: `${title} is ${value.length} characters long; ${longest} are allowed.`,
      received: value.length,
      allowed: longest,
    }
  const shortest = field.minLength ?? 0
  if (value.length < shortest)
    return {
      code: 'minLength',
      message: `${title} needs at least ${shortest} characters.`,
      received: value.length,
      allowed: shortest,
    }
  if (field.pattern !== undefined && !new RegExp(field.pattern, 'u').test(value))
    return {
      code: 'pattern',
      message: `${title} does not fit.`,
      received: shorten(value),
      allowed: field.examples ?? field.pattern,
    }
  return undefined
}

function checkNumber(field: FieldSchema, title: string, value: unknown): FieldFault | undefined {
  const whole = field['x-bp'].kind === 'int'
  if (typeof value !== 'number' || !Number.isFinite(value))
    return wrong(`${title} must be a number.`, value, whole ? 'integer' : 'number')
  if (whole && !Number.isSafeInteger(value))
    return wrong(`${title} must be a whole number.`, value, 'integer')
  const range = { minimum: field.minimum, maximum: field.maximum }
  if (field.minimum !== undefined && value < field.minimum)
    return {
      code: 'minimum',
      message: `${title} must be at least ${field.minimum}.`,
      received: value,
      allowed: range,
    }
  if (field.maximum !== undefined && value > field.maximum)
    return {
      code: 'maximum',
      message: `${title} must be at most ${field.maximum}.`,
      received: value,
      allowed: range,
    }
  if (field.multipleOf !== undefined) {
    const steps = value / field.multipleOf
    // Decimal steps (0.1) have no exact binary form, so a hair's breadth of difference is allowed.
    if (Math.abs(steps - Math.round(steps)) > 1e-6)
      return {
        code: 'multipleOf',
        message: `${title} must be a multiple of ${field.multipleOf}.`,
        received: value,
        allowed: field.multipleOf,
      }
  }
  return undefined
}

function checkSeed(title: string, value: unknown): FieldFault | undefined {
  if (value === 'random') return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return undefined
  if (typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) <= seedMax)
    return undefined
  return {
    code: 'seed',
    message: `${title} must be a whole number up to 18446744073709551615, or "random".`,
    received: shorten(value),
    allowed: '0 … 18446744073709551615 | "random"',
  }
}

const checkAsset = (title: string, value: unknown): FieldFault | undefined =>
  typeof value === 'string' && assetId.test(value)
    ? undefined
    : {
        code: 'asset',
        message: `${title} must be the id of an uploaded file (asset_…).`,
        received: shorten(value),
        allowed: 'asset_…',
      }

function checkFiles(field: FieldSchema, title: string, value: unknown): FieldFault | undefined {
  const most = field.maxItems ?? 16
  const least = field.minItems ?? 0
  if (!Array.isArray(value) || value.length > most || value.length < least)
    return {
      code: 'items',
      message: `${title} takes ${least} to ${most} files.`,
      received: Array.isArray(value) ? value.length : shorten(value),
      allowed: { minItems: least, maxItems: most },
    }
  for (const item of value) {
    const fault = checkAsset(title, item)
    if (fault) return fault
  }
  return undefined
}

function checkSize(field: FieldSchema, title: string, value: unknown): FieldFault | undefined {
  if (typeof value !== 'object' || value === null || !('width' in value) || !('height' in value))
    return wrong(`${title} must be a width and a height.`, value, '{ width, height }')
  for (const side of [value.width, value.height]) {
    const fault = checkNumber({ ...field, 'x-bp': { kind: 'int' } }, title, side)
    if (fault) return fault
  }
  return undefined
}

const wrong = (message: string, value: unknown, allowed: string): FieldFault => ({
  code: 'type',
  message,
  received: shorten(value),
  allowed,
})

/** What came, short enough to be shown; long texts and objects are described, not repeated. */
function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 80)}…` : value
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'array' : 'object'
  return value
}
