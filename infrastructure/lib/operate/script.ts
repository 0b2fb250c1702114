/** One script of a workflow: its flags as data, from which parsing and `--help` follow. */
import { parseArgs } from 'node:util'
import { OperateFault } from './fault.ts'

interface Option {
  readonly about: string
  /** A switch takes no value. */
  readonly isSwitch?: true
  readonly isRequired?: true
  readonly fallback?: string
  readonly oneOf?: readonly string[]
}

export interface Script {
  /** The file in `infrastructure/scripts`, without its ending. */
  readonly name: string
  readonly summary: string
  readonly options: Readonly<Record<string, Option>>
}

/** The flags of one call, checked against the table. Asking for a flag that the table has not throws. */
export interface Flags {
  text(name: string): string
  maybe(name: string): string | undefined
  isOn(name: string): boolean
}

/** What a script has done: a sentence for people, an object for programs. */
export interface Outcome {
  readonly line: string
  readonly data: Readonly<Record<string, unknown>>
}

export type Say = (sentence: string) => void

const common = {
  json: { isSwitch: true, about: 'print the result as one JSON object' },
  help: { isSwitch: true, about: 'print this, and do nothing' },
} as const satisfies Readonly<Record<string, Option>>

/** The text of `--help`. */
export function helpOf({ name, summary, options }: Script): string {
  const rows = Object.entries<Option>({ ...options, ...common }).map(([flag, option]) => {
    const value = option.isSwitch ? '' : ` ${option.oneOf?.join('|') ?? flag.toUpperCase()}`
    const extra = option.isRequired
      ? ' (needed)'
      : option.fallback === undefined
        ? ''
        : ` (without it: ${option.fallback})`
    return [`--${flag}${value}`, option.about + extra] as const
  })
  const width = Math.max(...rows.map(([flag]) => flag.length))
  const lines = rows.map(([flag, about]) => `  ${flag.padEnd(width)}  ${about}`)
  return `Usage: node infrastructure/scripts/${name}.ts [flags]\n\n${summary}\n\n${lines.join('\n')}\n`
}

/** Reads the words of a call. Throws `usage` with all faults at once. */
export function readFlags(script: Script, words: readonly string[]): Flags {
  const options: Readonly<Record<string, Option>> = { ...script.options, ...common }
  const { values, tokens } = parse(script, options, words)
  const faults: string[] = []
  for (const [name, option] of Object.entries(options)) {
    const value = values[name]
    const given = typeof value === 'string' && value !== '' ? value : undefined
    if (tokens.filter(token => token === name).length > 1) faults.push(`--${name} stands twice`)
    if (option.isRequired && given === undefined && values['help'] !== true)
      faults.push(`--${name} is needed: ${option.about}`)
    if (option.oneOf !== undefined && given !== undefined && !option.oneOf.includes(given))
      faults.push(`--${name} must be one of ${option.oneOf.join(', ')}, not "${given}"`)
  }
  if (faults.length > 0) throw usage(script, faults.join('; '))
  const known = (name: string): Option => {
    const option = options[name]
    if (option === undefined) throw new Error(`${script.name} has no flag ${name}`)
    return option
  }
  const maybe = (name: string): string | undefined => {
    const { fallback } = known(name)
    const value = values[name]
    return typeof value === 'string' && value !== '' ? value : fallback
  }
  return {
    maybe,
    text: name => {
      const value = maybe(name)
      if (value === undefined) throw new Error(`--${name} may be absent: ask with maybe`)
      return value
    },
    isOn: name => known(name).isSwitch === true && values[name] === true,
  }
}

function parse(
  script: Script,
  options: Readonly<Record<string, Option>>,
  words: readonly string[],
) {
  try {
    const { values, tokens } = parseArgs({
      args: [...words],
      tokens: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { isSwitch }]) => [
          name,
          { type: isSwitch ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    })
    const named = tokens.flatMap(token => (token.kind === 'option' ? [token.name] : []))
    const given: Readonly<Record<string, unknown>> = values
    return { values: given, tokens: named }
  } catch (error) {
    throw usage(script, error instanceof Error ? error.message : String(error))
  }
}

const usage = ({ name }: Script, message: string): OperateFault =>
  new OperateFault('usage', message, `node infrastructure/scripts/${name}.ts --help`)

/** Progress of a script goes here, so that standard output holds the result alone. */
const say: Say = sentence => void process.stderr.write(`${sentence}\n`)

/** What the programs say that a script starts is progress too. */
export const show = (piece: string): void => void process.stderr.write(piece)

/**
 * Runs one script: flags, progress on standard error, one result on standard output.
 * Answers the exit code: 0 done · 1 failed or refused · 2 wrong call.
 */
export async function runScript(
  script: Script,
  words: readonly string[],
  run: (flags: Flags, say: Say) => Promise<Outcome>,
): Promise<number> {
  const asJson = words.includes('--json')
  try {
    const flags = readFlags(script, words)
    if (flags.isOn('help')) {
      process.stdout.write(helpOf(script))
      return 0
    }
    const { line, data } = await run(flags, say)
    process.stdout.write(asJson ? `${JSON.stringify({ ok: true, ...data })}\n` : `${line}\n`)
    return 0
  } catch (thrown) {
    const { code, message, remedy } = told(thrown)
    if (asJson) process.stdout.write(`${JSON.stringify({ ok: false, code, message, remedy })}\n`)
    process.stderr.write(`${script.name}: ${message} [${code}]\n${remedy}\n`)
    return code === 'usage' ? 2 : 1
  }
}

/** A fault in the words of its reader: of AWS the name of the error counts, and the call that it refused. */
function told(thrown: unknown): { code: string; message: string; remedy: string } {
  if (thrown instanceof OperateFault)
    return { code: thrown.code, message: thrown.message, remedy: thrown.remedy }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  return {
    code: error.name,
    message: error.message,
    remedy:
      'Nothing more is known here. Run it again; what is done already is found and left as it is.',
  }
}
