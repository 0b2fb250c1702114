import type { FieldSchema, InputSchema } from '@bp/contracts/inputs/schema'
import { closest } from '../closest.ts'
import { wrongUsage } from '../refusal.ts'

/** What `-i key=value` says, before files are uploaded. */
export type TypedValue =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'files'; readonly paths: readonly string[] }

/** `key=value`, `key=@file`; refuses what is not of this form and keys that the effect does not have. */
export function readValues(
  given: readonly string[],
  schema: InputSchema,
  slug: string,
): ReadonlyMap<string, TypedValue> {
  const keys = Object.keys(schema.properties)
  const values = new Map<string, TypedValue>()
  for (const text of given) {
    const equals = text.indexOf('=')
    if (equals < 1)
      throw wrongUsage(`-i takes key=value; "${text}" is none.`, `npx bp effect show ${slug}`)
    const key = text.slice(0, equals)
    const field = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
    if (field === undefined) {
      const near = closest(key, keys)
      const hint = near === undefined ? `It takes ${keys.join(', ')}.` : `Did you mean ${near}?`
      throw wrongUsage(`${slug} has no input "${key}". ${hint}`, `npx bp effect show ${slug}`)
    }
    const next = readValue(field, text.slice(equals + 1))
    const before = values.get(key)
    if (before?.kind === 'files' && next.kind === 'files' && field['x-bp'].kind === 'files')
      values.set(key, { kind: 'files', paths: [...before.paths, ...next.paths] })
    else values.set(key, next)
  }
  return values
}

/** A text that is no number stays a text: the check of the whole input then says what is allowed. */
function readValue(field: FieldSchema, text: string): TypedValue {
  switch (field['x-bp'].kind) {
    case 'int':
    case 'float':
      return value(toNumber(text))
    case 'bool':
      return value(toBoolean(text))
    case 'enum':
      return value((field.enum ?? []).find(allowed => String(allowed) === text) ?? text)
    case 'size': {
      const [, width, height] = /^(\d+)[x×*](\d+)$/.exec(text) ?? []
      return value(width === undefined ? text : { width: Number(width), height: Number(height) })
    }
    case 'image':
    case 'mask':
    case 'video':
    case 'audio':
    case 'files':
      if (text.startsWith('@')) return { kind: 'files', paths: [text.slice(1)] }
      return value(field['x-bp'].kind === 'files' ? text.split(',') : text)
    case 'prompt':
    case 'text':
    case 'seed':
    case 'model':
      return value(text)
  }
}

const value = (it: unknown): TypedValue => ({ kind: 'value', value: it })
const toNumber = (text: string): unknown =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
}
const toBoolean = (text: string): unknown => words[text.toLowerCase()] ?? text
