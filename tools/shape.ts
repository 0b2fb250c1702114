import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** How a tree is written, in figures: something to look at beside another tree, never a gate. */
interface Shape {
  readonly files: number
  readonly linesMedian: number
  readonly lines90th: number
  readonly linesMax: number
  readonly longest: string
  readonly functions: number
  readonly any: number
  readonly plainErrors: string
  readonly comments: string
}

/** Reads every source file of a tree; tests, generated files and what was installed are left out. */
function shapeOf(folder: string): Shape | undefined {
  const sources = globSync('**/*.{ts,tsx}', {
    cwd: folder,
    exclude: ['**/node_modules/**', '**/dist/**', '**/generated/**', '**/*.{test,e2e,spec,d}.*'],
  }).map(path => ({ path, text: readFileSync(resolve(folder, path), 'utf8') }))

  const byLength = sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
    .toSorted((a, b) => a.lines - b.lines)
  const longest = byLength.at(-1)
  if (longest === undefined) return undefined

  const all = sources.map(({ text }) => text).join('\n')
  const count = (pattern: RegExp) => all.match(pattern)?.length ?? 0
  const written = count(/^.*\S.*$/gm)
  const commented = count(/^\s*(\/\/|\/\*|\*).*$/gm)
  return {
    files: sources.length,
    linesMedian: byLength[byLength.length >> 1]?.lines ?? 0,
    lines90th: byLength[Math.floor(byLength.length * 0.9)]?.lines ?? 0,
    linesMax: longest.lines,
    longest: longest.path,
    functions: count(/\bfunction\b|=>/g),
    any: count(/[:<]\s*any\b|\bas any\b/g),
    plainErrors: `${count(/throw new Error\(/g)} of ${count(/\bthrow\b/g)}`,
    comments: `${Math.round((100 * commented) / Math.max(1, written))} %`,
  }
}

const root = resolve(import.meta.dirname, '..')
const rooms = globSync(['packages/*', 'apps/*'], { cwd: root }).toSorted()
const trees = process.argv.length > 2 ? process.argv.slice(2) : [...rooms, 'tools']

/** `node tools/shape.ts [folder …]`: our rooms, or any trees named. */
console.table(
  Object.fromEntries(
    trees.flatMap(tree => {
      const shape = shapeOf(resolve(root, tree))
      return shape === undefined ? [] : [[tree, shape]]
    }),
  ),
)
