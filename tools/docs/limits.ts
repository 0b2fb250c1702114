import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '@bp/contracts/limits'
import { code, page, table } from './table.ts'

const source = join(import.meta.dirname, '../../packages/contracts/src/limits.ts')

/** Every written bound with the comment above it, which says what happens beyond. */
export function limitsPage(): string {
  const comments = commentsOf(readFileSync(source, 'utf8'))
  const rows = Object.entries(limits).map(([name, value]) => [
    code(name),
    value.toLocaleString('en'),
    comments.get(name) ?? '',
  ])
  return page(
    'Limits',
    'Names carry their unit (Ms, Bytes, Seconds); what happens beyond a bound stands beside it.',
    [table(['limit', 'value', 'meaning'], rows)],
  )
}

/** The doc comment directly above each property. */
function commentsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, comment = '', name = ''] of text.matchAll(
    /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(\w+):/g,
  )) {
    found.set(name, comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim())
  }
  return found
}
