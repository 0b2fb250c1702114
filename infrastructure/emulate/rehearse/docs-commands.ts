import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryRoot } from './places.ts'

/**
 * The bash blocks below a heading of a page in `docs/`, up to the next heading of the same or a higher level, in their
 * order. Throws when there is none: a renamed heading must not leave something unplayed.
 */
export async function docsBlocks(page: string, heading: string): Promise<readonly string[]> {
  const text = await readFile(join(repositoryRoot, 'docs', page), 'utf8')
  const lines = text.split('\n')
  const from = lines.findIndex(line => line.replace(/^#+ /, '') === heading && line.startsWith('#'))
  if (from < 0) throw new Error(`docs/${page} has no heading "${heading}"`)
  const level = /^#+/.exec(lines[from] ?? '')?.[0].length ?? 1
  const blocks: string[] = []
  let block: string[] | undefined
  for (const line of lines.slice(from + 1)) {
    if (block === undefined && isHeading(line, level)) break
    if (/^\s*```bash$/.test(line)) block = []
    else if (block !== undefined && /^\s*```$/.test(line)) {
      blocks.push(dedent(block))
      block = undefined
    } else block?.push(line)
  }
  if (blocks.length === 0) throw new Error(`docs/${page} has no commands below "${heading}"`)
  return blocks
}

const isHeading = (line: string, level: number): boolean => {
  const found = /^(#+) /.exec(line)
  return found?.[1] !== undefined && found[1].length <= level
}

/** Blocks in lists are indented; a here-document in one would end nowhere. */
function dedent(lines: readonly string[]): string {
  const depth = Math.min(
    ...lines.filter(line => line.trim() !== '').map(line => /^ */.exec(line)?.[0].length ?? 0),
  )
  return lines.map(line => line.slice(depth)).join('\n')
}

/** The commands of a block, one a line, with their continued lines. Comments and empty lines go. */
export const commandsOf = (block: string): readonly string[] =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
