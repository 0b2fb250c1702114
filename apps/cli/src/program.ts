import { Command, CommanderError } from 'commander'
import { nouns, verbs, wordsOf } from './commands.ts'
import type { Verb } from './verb.ts'

/** What was typed: a verb with its input, or words to show (help). */
export type Parsed =
  | {
      readonly kind: 'verb'
      readonly verb: Verb
      readonly args: readonly string[]
      readonly options: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'usage'; readonly message: string; readonly next: string }

/** Reads a command line (without `node` and file). Prints nothing. `columns` is the width of help. */
export function parseCommandLine(argv: readonly string[], columns: number): Parsed {
  let parsed: Parsed | undefined
  let help = ''
  let complaint = ''
  const program = new Command('bp')
    .description('Run ComfyUI effects on this machine: fast, fair, never lost.')
    .helpCommand(false)
  const groups = new Map<string, Command>()
  const groupOf = (noun: string | null): Command => {
    if (noun === null) return program
    const known = groups.get(noun)
    if (known !== undefined) return known
    const group = program
      .command(noun)
      .description(nouns[noun] ?? '')
      .helpCommand(false)
    groups.set(noun, group)
    return group
  }
  for (const verb of verbs) {
    const command = groupOf(verb.noun).command(verb.verb).description(verb.summary)
    for (const { name, help: text } of verb.args) command.argument(name, text)
    for (const { flags, help: text, repeats } of verb.options) {
      if (repeats === true) command.option(flags, text, collect)
      else command.option(flags, text)
    }
    command.option('--json', 'one JSON object on stdout')
    command.addHelpText(
      'after',
      `\nExamples:\n${verb.examples.map(line => `  $ ${line}`).join('\n')}`,
    )
    command.action(() => {
      parsed = { kind: 'verb', verb, args: command.args, options: command.opts() }
    })
  }
  program.addHelpText(
    'after',
    '\nResults go to stdout, the rest to stderr; --json gives one JSON object.\nExit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 auth, 5 refused, 6 job not succeeded,\n7 wait timed out, 8 doctor found a fault, 130 interrupted.',
  )
  forAll(program, command => {
    command.exitOverride().configureOutput({
      writeOut: text => (help += text),
      writeErr: text => (complaint += text),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  })

  if (argv.length === 0) return { kind: 'help', text: program.helpInformation() }
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help }
    return {
      kind: 'usage',
      // A noun without a verb makes commander show its help as a complaint.
      message: error.code === 'commander.help' ? 'A verb is missing.' : sentence(complaint),
      next: `npx ${helpFor(argv)} --help`,
    }
  }
  return parsed ?? { kind: 'help', text: program.helpInformation() }
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
]

function forAll(command: Command, visit: (command: Command) => void): void {
  visit(command)
  for (const inner of command.commands) forAll(inner, visit)
}

/** The nearest command whose help answers what is wrong. */
function helpFor(argv: readonly string[]): string {
  const [first, second] = argv
  const known = verbs.find(
    verb =>
      (verb.noun === null && verb.verb === first) || (verb.noun === first && verb.verb === second),
  )
  if (known !== undefined) return wordsOf(known)
  return first !== undefined && first in nouns ? `bp ${first}` : 'bp'
}

/** `error: unknown command 'jbo'\n(Did you mean job?)` → one sentence. */
function sentence(complaint: string): string {
  const text = complaint
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  const upper = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.?)]$/.test(upper) ? upper : `${upper}.`
}
