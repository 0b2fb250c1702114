import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { page } from './table.ts'

const bin = join(import.meta.dirname, '../../apps/cli/bin/bp.ts')
const helpMsMax = 20_000
/** `bp`, its nouns and their verbs; deeper commands there are none. */
const depthMax = 3

/** The help of `bp` and of every verb, as a person sees it. */
export async function cliPage(): Promise<string> {
  const sections = await helpOf([])
  return page(
    'The bp command',
    'In a clone: `npx bp …`. The same text is printed by `--help`.',
    sections.map(({ words, text }) => `## ${words.join(' ')}\n\n\`\`\`text\n${text}\n\`\`\``),
  )
}

interface Section {
  readonly words: readonly string[]
  readonly text: string
}

async function helpOf(verbs: readonly string[]): Promise<readonly Section[]> {
  const args = [bin, ...verbs, '--help']
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100' }
  const answer = await promisify(execFile)(process.execPath, args, { env, timeout: helpMsMax })
  const text = answer.stdout.trimEnd()
  const inner = verbs.length < depthMax ? commandsIn(text) : []
  const below = await Promise.all(inner.map(verb => helpOf([...verbs, verb])))
  return [{ words: ['bp', ...verbs], text }, ...below.flat()]
}

/** The command names under "Commands:" of a help text; `help` itself is left out. */
export function commandsIn(help: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?:[ \t]+.*(?:\n|$))*)/m.exec(help) ?? []
  return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map(([, name = '']) => name)
    .filter(name => name !== 'help')
}
