/** What a page for operators names wrongly. */
import { spawnSync } from 'node:child_process'
import { dirname, join, normalize } from 'node:path'
import type { Known } from './known.ts'
import { commandsIn } from './shell-commands.ts'

/** Programs that a page may start. */
const programs = new Set(
  'npx node npm git aws gh docker curl jq openssl mkdir cp rm cat chmod tr sort seq date mktemp sleep echo umask export for done break'.split(
    ' ',
  ),
)
/** Names that a page gives to what it makes and removes itself, that AWS makes of ours, and the tiers of alarms. */
const otherNames = /^bp-(db-(before-rebuild|restored|empty)|cache-\d{3}|p[123])$/
const langs = ['bash', 'mermaid', 'json', 'diff', 'text']

/** Every fault of a page, one sentence each. `path` is where it lies, `read` gives the text of another page. */
export function pageFaults(
  path: string,
  page: string,
  known: Known,
  read: (path: string) => string,
): readonly string[] {
  const blocks = [...page.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', lang = '', body = '']) => ({
      lang,
      body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
  const scripts = blocks.filter(({ lang }) => lang === 'bash').map(({ body }) => body)
  const spans = [...page.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span = '']) => span,
  )
  // A span that begins like a command is one.
  const typed = spans.filter(span => /^(npx|bp|node|aws|gh|npm) \S/.test(span))
  return [
    ...blocks
      .filter(({ lang }) => !langs.includes(lang))
      .map(({ lang }) => `a block is written in "${lang}"`),
    ...scripts.flatMap(scriptFaults),
    ...[...scripts, ...typed].flatMap(script => commandFaults(script, known)),
    ...nameFaults(normalized([...scripts, ...spans].join('\n')), known),
    ...linkFaults(path, page, known, read),
  ]
}

const bashMsMax = 20_000
function scriptFaults(script: string): readonly string[] {
  const { status, stderr } = spawnSync('bash', ['-n'], {
    input: script,
    encoding: 'utf8',
    timeout: bashMsMax,
  })
  return status === 0 ? [] : [`bash cannot read a block: ${stderr.trim()}`]
}

function commandFaults(script: string, known: Known): readonly string[] {
  const functions = new Set([...script.matchAll(/^(\w+)\(\)/gm)].map(([, name = '']) => name))
  return commandsIn(script).flatMap(words => {
    const [first = '', second = '', third = ''] = words
    if (first.startsWith('infrastructure/')) return known.exists(first) ? [] : [`no file ${first}`]
    if (first === 'bp') return verbFaults(words, known)
    if (!programs.has(first) && !functions.has(first)) return [`nobody knows the command ${first}`]
    if (first === 'npx' && second === 'bp') return verbFaults(words.slice(1), known)
    if (first === 'npx' && second !== 'cdk') return [`npx ${second} is none of ours`]
    if (first === 'node') return scriptCallFaults(words, known)
    if (first === 'gh' && second === 'workflow' && third === 'run')
      return workflowFaults(words, known)
    return []
  })
}

function verbFaults(words: readonly string[], known: Known): readonly string[] {
  const [, noun = '', verb = ''] = words
  const name = [`bp ${noun} ${verb}`, `bp ${noun}`].find(one => known.verbs.has(one))
  if (name === undefined) return [`there is no verb "bp ${noun} ${verb}"`]
  return unknownFlags(words, known.verbs.get(name) ?? []).map(flag => `${name} has no ${flag}`)
}

function scriptCallFaults(words: readonly string[], known: Known): readonly string[] {
  const [, script = ''] = words
  const flags = known.flagsOf(script)
  if (flags === undefined) return known.exists(script) ? [] : [`there is no script ${script}`]
  return unknownFlags(words, flags).map(flag => `${script} has no ${flag}`)
}

const unknownFlags = (words: readonly string[], flags: readonly string[]): readonly string[] =>
  words
    .filter(word => word.startsWith('--'))
    .map(word => word.split('=')[0] ?? '')
    .filter(flag => !flags.includes(flag) && flag !== '--help')

function workflowFaults(words: readonly string[], known: Known): readonly string[] {
  const file = words[3] ?? ''
  const inputs = known.workflows.get(file)
  if (inputs === undefined) return [`there is no workflow ${file}`]
  return words.flatMap((word, at) => {
    if (words[at - 1] !== '-f') return []
    const [name = '', value = ''] = word.split('=')
    const options = inputs.get(name)
    if (options === undefined) return [`${file} has no input ${name}`]
    const isOpen = options === null || value.includes('$') || options.includes(value)
    return isOpen ? [] : [`${file} takes no ${word}`]
  })
}

/** `<stage>`, `$STAGE` and the like become the fleet whose names are known. */
const normalized = (text: string): string =>
  text
    .replaceAll(/<stage>|<fleet_stage>|\$STAGE/g, 'production')
    .replaceAll(/<slug>|<fleet_slug>|<fleet-slug>|\$SLUG/g, 'portraits')
    .replaceAll('$ACCOUNT', 'ACCOUNT')

function nameFaults(text: string, known: Known): readonly string[] {
  const found = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([all]) => all))]
  const isStart = (start: string, of: Iterable<string>) =>
    [...of].some(name => name.startsWith(start))
  const names = found(/(?<![\w/.$-])(bp|asg|lt)-[A-Za-z0-9-]*[A-Za-z0-9-](?![\w.]*\.\w)/g).filter(
    name =>
      !known.names.has(name) &&
      !otherNames.test(name) &&
      // What a line asks by its beginning, or puts together itself.
      !(name.endsWith('-') && isStart(name, known.names)),
  )
  const paths = found(
    /(?<![\w.$-])\/(bp|ecs|gpu-workers|aws\/lambda|aws\/rds)(\/[\w/-]*)?/g,
  ).filter(path => {
    const whole = path.replace(/\/$/, '')
    return (
      !known.paths.has(whole) && !isStart(`${whole}/`, known.paths) && !isStart(path, known.paths)
    )
  })
  const workflows = found(/(?<![\w/.-])[a-z-]+\.yml\b/g).filter(file => !known.workflows.has(file))
  const files = found(/(?<![\w/.$-])(infrastructure|docs|\.github)\/[\w./-]*\w/g).filter(
    // Somebody's own files, which are made from an example.
    path =>
      !known.exists(path) && !known.exists(`${path}.example`) && !path.endsWith('/config.json'),
  )
  const ids = found(/\b[A-Z][A-Za-z]+[0-9A-F]{8}\b/g).filter(id => !known.kept.has(id))
  return [
    ...names.map(name => `nothing is called ${name}`),
    ...paths.map(path => `nothing lies at ${path}`),
    ...workflows.map(file => `there is no workflow ${file}`),
    ...files.map(path => `there is no file ${path}`),
    ...ids.map(id => `no stack keeps ${id}`),
  ]
}

function linkFaults(
  path: string,
  page: string,
  known: Known,
  read: (path: string) => string,
): readonly string[] {
  return [...page.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : normalize(join(dirname(path), file)).replace(/\/$/, '')
    if (!known.exists(target)) return [`${link} leads nowhere`]
    if (anchor === undefined) return []
    const isThere = anchorsOf(target === path ? page : read(target)).includes(anchor)
    return isThere ? [] : [`${link} has no such heading`]
  })
}

const anchorsOf = (page: string): readonly string[] =>
  [...page.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
