import { globSync } from 'node:fs'
import { join } from 'node:path'
import { code, page, table } from './table.ts'

const contracts = join(import.meta.dirname, '../../packages/contracts/src')

/** Every closed list with its stored numbers, and every transition table, found in the exports of contracts. */
export async function statesPage(): Promise<string> {
  const parts: string[] = []
  for (const file of globSync('*.ts', { cwd: contracts, exclude: ['*.test.ts'] }).toSorted()) {
    const exported: Record<string, unknown> = await import(join(contracts, file))
    const found = Object.entries(exported).flatMap(([name, value]) => part(name, value))
    if (found.length > 0) parts.push(`## ${file.replace('.ts', '')}`, ...found)
  }
  return page(
    'States and closed lists',
    'Words cross the wire, numbers rest in rows. A number never changes once it was released.',
    parts,
  )
}

function part(name: string, value: unknown): readonly string[] {
  if (isList(value)) {
    const rows = value.words.map(word => [code(word), String(value.numberOf(word))])
    return [`### ${name}`, table(['word', 'stored'], rows)]
  }
  if (name.endsWith('Transitions') && isTransitions(value)) {
    const rows = Object.entries(value).map(([from, to]) => [
      code(from),
      to.length === 0 ? 'final' : to.map(code).join(', '),
    ])
    return [`### ${name}`, table(['from', 'to'], rows)]
  }
  return []
}

interface List {
  readonly words: readonly string[]
  numberOf(word: string): number
}

const isList = (value: unknown): value is List =>
  typeof value === 'object' && value !== null && 'words' in value && 'numberOf' in value

const isTransitions = (value: unknown): value is Readonly<Record<string, readonly string[]>> =>
  typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray)
