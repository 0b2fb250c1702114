import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A real program that some suites need: how to see that it is there, and what to type when it is not. */
interface Probe {
  readonly probe: readonly [command: string, ...args: string[]]
  readonly install: string
}

/** Programs that no system package brings lie in a folder of the repository's own. */
const inVenv = (program: string): string =>
  fileURLToPath(new URL(`../.venv/bin/${program}`, import.meta.url))

const neighbours = {
  mariadb: {
    probe: [process.env['BP_TEST_MARIADB_BIN'] ?? 'mariadbd', '--version'],
    install: 'apt-get install mariadb-server',
  },
  jq: { probe: ['jq', '--version'], install: 'apt-get install jq curl' },
  redis: { probe: ['redis-server', '--version'], install: 'apt-get install redis-server' },
  /** The stand-in for AWS. Its own `--version` ends with 2. */
  emulator: {
    probe: [inVenv('ministack'), '-h'],
    install: 'infrastructure/emulate/install.sh',
  },
  shellcheck: { probe: ['shellcheck', '--version'], install: 'apt-get install shellcheck' },
  actionlint: {
    probe: [inVenv('actionlint'), '-version'],
    install: 'infrastructure/emulate/install.sh',
  },
  chromium: { probe: ['/usr/bin/chromium', '--version'], install: 'apt-get install chromium' },
} as const satisfies Record<string, Probe>

export type Neighbour = keyof typeof neighbours

/** Bound of one probe; a program that does not even tell its version in this time is as good as absent. */
const probeMsMax = 15_000

/** The names in BP_REQUIRE (comma separated). An unknown name throws: a typing error would turn a demand into silence. */
function required(): ReadonlySet<string> {
  const names = (process.env['BP_REQUIRE'] ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
  const unknown = names.filter(name => !Object.hasOwn(neighbours, name))
  if (unknown.length > 0) {
    const known = Object.keys(neighbours).join(', ')
    throw new Error(`BP_REQUIRE names ${unknown.join(', ')}, which is not one of: ${known}`)
  }
  return new Set(names)
}

/**
 * The sentence that says what is missing and how to get it, or `undefined` when the neighbour is there.
 * Throws when BP_REQUIRE names an absent neighbour, or one that does not exist at all.
 */
export function absence(name: Neighbour): string | undefined {
  const isRequired = required().has(name)
  const { probe, install } = neighbours[name]
  const [command, ...args] = probe
  // A database server lies in /usr/sbin, which the PATH of ordinary users leaves out.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` }
  const answer = spawnSync(command, args, { env, stdio: 'ignore', timeout: probeMsMax })
  if (answer.status === 0) return undefined

  const sentence = `needs ${name}: ${install}`
  if (isRequired) throw new Error(`BP_REQUIRE names ${name}, but it is not here: ${sentence}`)
  return sentence
}
