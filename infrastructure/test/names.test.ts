/** Who makes each `/bp/…` name, and who reads it. Nothing else may, and nothing here may have been forgotten. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { shared } from '../lib/constructs/shared.ts'
import { documents, root, synthesize } from './installations.ts'

interface Row {
  /** The stack that makes it, or the file that does where CloudFormation cannot or must not. */
  readonly madeBy: string
  /** Stacks that read it or let somebody read it, and rooms whose code does. */
  readonly readBy: readonly string[]
}

const fleetStack = names.stacks.gpuFleet('production', 'portraits')
const { cicd, compute, data, gpuShared } = names.stacks
const operate = 'infrastructure/lib/operate'
const lambda = 'infrastructure/lib/lambda'

const contract: Readonly<Record<string, Row>> = {
  'parameters.ami': {
    madeBy: `${operate}/ami-pointer.ts`,
    readBy: [fleetStack, operate],
  },
  'parameters.desiredConfig': {
    madeBy: 'apps/backend/src/fleet/pointers/ssm-pointers.ts',
    readBy: [gpuShared, 'apps/backend', lambda, operate],
  },
  'parameters.activeBundle': {
    madeBy: `${operate}/make-ami.ts`,
    readBy: [fleetStack, operate],
  },
  'parameters.fleetSecret': {
    madeBy: 'apps/cli/src/secrets/targets.ts',
    readBy: [fleetStack, gpuShared, 'apps/backend', 'apps/cli', lambda, 'infrastructure/packer'],
  },
  'parameters.image': { madeBy: cicd, readBy: [compute, operate] },
  'secrets.appKey': { madeBy: data, readBy: ['apps/cli'] },
  'secrets.oauth': { madeBy: data, readBy: ['apps/cli'] },
  'secrets.databaseMaster': { madeBy: data, readBy: ['apps/cli', lambda] },
  'secrets.redisAuthToken': { madeBy: data, readBy: ['apps/cli', lambda] },
  'secrets.mediaSigningKey': { madeBy: data, readBy: ['apps/cli'] },
}

/** Names whose maker comes with the operator's verbs. */
const later: readonly string[] = ['parameters.shutdown']

const app = synthesize(documents.recommended)

/** The name with any stage, fleet and service in it, also as a pattern of a policy or a variable of a shell. */
function patternOf(key: string): RegExp {
  const [area = '', name = ''] = key.split('.')
  const given: unknown = Reflect.get(Reflect.get(names, area) as object, name)
  const hole = 'hole'
  const text = typeof given === 'function' ? String(given('staging', hole)) : String(given)
  const any = String.raw`[^\s/"']+`
  return new RegExp(`${text.replaceAll(/staging|hole/g, any)}(?![\\w/-])`)
}

const rooms: Readonly<Record<string, string>> = {
  'apps/backend': '*.ts',
  'apps/cli': '*.ts',
  'apps/worker': '*.ts',
  [lambda]: '*.ts',
  [operate]: '*.ts',
  'infrastructure/packer': '*.{sh,hcl,service,ts}',
  'infrastructure/scripts': '*.{ts,sh,ps1}',
}
const texts = Object.entries(rooms).map(([room, files]) => ({
  room,
  text: globSync(`${room}/**/${files}`, { cwd: root, exclude: ['**/node_modules/**'] })
    .filter(file => !/\.test\.ts$|\/testing\//.test(file))
    .map(file => readFileSync(join(root, file), 'utf8'))
    .join('\n'),
}))

/** Every stack and room that speaks of a name, but the stack that makes it. */
function readersOf(key: string, madeBy: string): readonly string[] {
  const pattern = patternOf(key)
  const stacks = app.stacks.filter(
    stack => stack !== madeBy && pattern.test(JSON.stringify(app.templates[stack])),
  )
  const inRooms = texts
    .filter(({ text }) => text.includes(`names.${key}`) || pattern.test(text))
    .map(({ room }) => room)
  return [...stacks, ...inRooms].toSorted()
}

describe('a /bp/ name', () => {
  it('has its row', () => {
    const all = (['parameters', 'secrets'] as const).flatMap(area =>
      Object.keys(names[area]).map(name => `${area}.${name}`),
    )
    expect([...Object.keys(contract), ...later, 'parameters.shared'].toSorted()).toEqual(
      all.toSorted(),
    )
  })

  it.each(Object.entries(contract))('%s has one maker', (key, { madeBy }) => {
    const pattern = new RegExp(`^${patternOf(key).source}$`)
    const makers = [...app.of('AWS::SSM::Parameter'), ...app.of('AWS::SecretsManager::Secret')]
      .filter(one => pattern.test(String(one.Properties['Name'])))
      .map(one => one.stack)
    const isFile = madeBy.includes('/')
    expect([...new Set(makers)]).toEqual(isFile ? [] : [madeBy])
    const speaks = !isFile || readFileSync(join(root, madeBy), 'utf8').includes(`names.${key}`)
    expect(speaks).toBe(true)
  })

  it.each(Object.entries(contract))(
    '%s has the readers that are known',
    (key, { madeBy, readBy }) => {
      expect(readersOf(key, madeBy)).toEqual(readBy.toSorted())
    },
  )

  it('between stacks is read by somebody', () => {
    const unread = Object.entries(shared).flatMap(([area, keys]) =>
      keys
        .filter(key => {
          const path = names.parameters.shared(area, key)
          return (
            !app.parameters.some(one => one.path === path) &&
            !texts.some(({ text }) => text.includes(`'${key}'`))
          )
        })
        .map(key => `${area}/${key}`),
    )
    expect(unread).toEqual([])
  })
})
