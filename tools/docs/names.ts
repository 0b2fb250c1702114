import { names } from '@bp/contracts/names'
import { code, page, table } from './table.ts'

/** Every name that bp gives to something outside its own code; names with parts are shown by example. */
export function namesPage(): string {
  return page(
    'Names',
    'Parts in braces are filled in; stage and fleet are shown as `staging` and `portraits`.',
    [table(['name', 'value'], rowsOf('', names))],
  )
}

function rowsOf(path: string, value: unknown): readonly (readonly string[])[] {
  if (typeof value === 'string') return [[code(path), code(value)]]
  if (isNaming(value)) return [[code(path), code(value(...exampleOf(value)))]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    rowsOf(path === '' ? key : `${path}.${key}`, inner),
  )
}

const examples: Readonly<Record<string, string>> = { stage: 'staging', slug: 'portraits' }

/** Arguments for a naming function, read from the names of its parameters. */
function exampleOf(naming: (...parts: string[]) => string): readonly string[] {
  const [, list = ''] = /^\(([^)]*)\)/.exec(naming.toString()) ?? []
  const parameters = [...list.matchAll(/(\w+)\s*(?::[^,]*)?(?:,|$)/g)].map(([, name = '']) => name)
  return parameters.map(name => examples[name] ?? `{${name}}`)
}

const isNaming = (value: unknown): value is (...parts: string[]) => string =>
  typeof value === 'function'
