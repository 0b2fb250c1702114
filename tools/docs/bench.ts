import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { short, type Result } from '../../bench/measure.ts'
import { page, table } from './table.ts'

const results = join(import.meta.dirname, '../../bench/results')

/** The figures of the last run of each area, with what they were measured on. */
export function benchPage(): string {
  const parts = globSync('*.json', { cwd: results })
    .toSorted()
    .map(file => section(readResult(join(results, file))))
  return page(
    'Figures',
    'Medians and spread of the last run of each area. Targets are goals, not promises; nothing fails because it was slow.',
    parts.length > 0 ? parts : ['Nothing has been measured yet.'],
  )
}

function readResult(file: string): Result {
  const result: Result = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(result.rows)) throw new Error(`${file} has no rows; run its bench again`)
  return result
}

function section(result: Result): string {
  const rows = result.rows.map(row => [
    row.name,
    `${short(row.median)} ${row.unit}`,
    `${short(row.min)} – ${short(row.max)}`,
    String(row.n),
    row.target ?? '',
  ])
  return [
    `## ${result.area}`,
    `\`${result.command}\` at ${result.commit}, ${result.at.slice(0, 10)}, on ${result.machine}, Node ${result.node}.`,
    table(['figure', 'median', 'min – max', 'runs', 'target'], rows),
    ...(result.notes ?? []),
  ].join('\n\n')
}
