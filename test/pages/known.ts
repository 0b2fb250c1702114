/** What the pages of the operator may name: everything is read from where it is made. */
import { spawnSync } from 'node:child_process'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { exists, files, root, text } from '../tree.ts'

export interface Known {
  /** Names of bp without a slash: stacks, services, roles, alarms … */
  readonly names: ReadonlySet<string>
  /** Secrets, parameters and log groups. */
  readonly paths: ReadonlySet<string>
  /** Workflow file → input → the values it may have; null where any may stand. */
  readonly workflows: ReadonlyMap<string, ReadonlyMap<string, readonly string[] | null>>
  /** Flags of a script; undefined when there is no such script. */
  flagsOf(script: string): readonly string[] | undefined
  /** `bp secrets sync` → its flags. */
  readonly verbs: ReadonlyMap<string, readonly string[]>
  /** Logical ids of what is kept when its stack goes. */
  readonly kept: ReadonlySet<string>
  /** A file or folder of the repository. */
  exists(path: string): boolean
}

/** The fleet whose names stand in the place of all fleets'. */
const slug = 'portraits'
/** The account in bucket names, as pages write it. */
const account = 'ACCOUNT'

export function readKnown(): Known {
  const all = namesOf(names)
  const shared = infrastructureSources().flatMap(source =>
    [...source.matchAll(/publish\(\w+, '([a-z-]+)', '([a-z-]+)'/g)].map(([, area = '', key = '']) =>
      names.parameters.shared(area, key),
    ),
  )
  const rds = ['error', 'slowquery'].map(kind => `/aws/rds/instance/${names.database}/${kind}`)
  return {
    names: new Set([...all.filter(name => !name.startsWith('/')), ...alarmNames()]),
    paths: new Set([...all.filter(name => name.startsWith('/')), ...shared, ...rds]),
    workflows: new Map(
      files('.github/workflows').map(path => [path.split('/').at(-1) ?? '', inputsOf(text(path))]),
    ),
    flagsOf: scriptFlags(),
    verbs: verbsOf(text('docs/generated/cli.md')),
    kept: new Set(
      Object.keys(JSON.parse(text('infrastructure/test/stateful.lock.json'))).map(
        key => key.split('/')[1] ?? '',
      ),
    ),
    exists,
  }
}

/** Every name of the table, functions called for both stages, one slug, both services and one account. */
function namesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'function')
    return stages.words.flatMap(stage =>
      [[stage, slug], ['backend'], ['frontend'], [slug], [account]].flatMap(args => {
        try {
          const made: unknown = Reflect.apply(value, undefined, args)
          return typeof made === 'string' && !made.includes('undefined') ? [made] : []
        } catch {
          return [] // a fleet's name cannot be made of a service
        }
      }),
    )
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(namesOf)
}

const infrastructureSources = (): readonly string[] =>
  files('infrastructure/lib')
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map(text)

/** Alarms are told apart by tier and what is wrong; a fleet's have its name behind. */
function alarmNames(): readonly string[] {
  const whats = infrastructureSources().flatMap(source =>
    [
      ...source.matchAll(/what: ['`]([a-z-]+|\$\{[^}]+\}-[a-z-]+)['`]/g),
      ...source.matchAll(/alarms\.p\d\(\s*['`]([a-z-]+|\$\{[^}]+\}-[a-z-]+)['`]/g),
    ].flatMap(([, what = '']) =>
      ['backend', 'frontend'].map(kind => what.replace(/\$\{[^}]+\}/, kind)),
    ),
  )
  return ['p1', 'p2', 'p3'].flatMap(tier =>
    whats.flatMap(what => [
      `bp-${tier}-${what}`,
      ...stages.words.map(stage => names.alarms.fleet(tier, what, stage, slug)),
    ]),
  )
}

/** The inputs of a workflow by hand, as our files write them: two more blanks a level. */
function inputsOf(workflow: string): ReadonlyMap<string, readonly string[] | null> {
  const [, block = ''] = /\n {4}inputs:\n((?: {6}.*\n)+)/.exec(workflow) ?? []
  const inputs = new Map<string, readonly string[] | null>()
  for (const part of block.split(/^(?= {6}\w)/m)) {
    const [, name] = /^ {6}(\w+):/.exec(part) ?? []
    const [, options] = /options: \[(.*)\]/.exec(part) ?? []
    if (name !== undefined) inputs.set(name, options?.split(/,\s*/) ?? null)
  }
  return inputs
}

const helpMsMax = 60_000

/** Asks a script itself for its flags, when a page first calls it. */
function scriptFlags(): Known['flagsOf'] {
  const found = new Map<string, readonly string[]>()
  return script => {
    if (!/^infrastructure\/scripts\/[\w-]+\.ts$/.test(script) || !exists(script)) return undefined
    const flags = found.get(script) ?? flagsIn(helpOf(script))
    found.set(script, flags)
    return flags
  }
}

const helpOf = (script: string): string =>
  spawnSync(process.execPath, [script, '--help'], {
    cwd: root,
    encoding: 'utf8',
    timeout: helpMsMax,
  }).stdout

const flagsIn = (help: string): readonly string[] =>
  [...help.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag)

/** Verbs and flags of the generated page of `bp`, which another test holds fresh. */
const verbsOf = (page: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map(section => [section.split('\n')[0] ?? '', flagsIn(section)]),
  )
