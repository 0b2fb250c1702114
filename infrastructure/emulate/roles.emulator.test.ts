/** The five roles of the workflows, taken as GitHub takes them, while the emulator checks identities and policies. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteStackCommand, CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { startEmulator, type Emulator } from './start-emulator.ts'
import { control } from './testing/control.ts'
import { aws, Installation } from './testing/installation.ts'

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}
interface Access {
  readonly endpoint: string
  readonly region: string
  readonly credentials: Credentials
}
type Call = (access: Access) => Promise<unknown>

const { parameters, roles, stacks } = names
const get =
  (name: string): Call =>
  access =>
    new SSMClient(access).send(new GetParameterCommand({ Name: name }))
const put =
  (name: string, value = '{}'): Call =>
  access =>
    new SSMClient(access).send(
      new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true }),
    )
const readLog =
  (group: string): Call =>
  access =>
    new CloudWatchLogsClient(access).send(new FilterLogEventsCommand({ logGroupName: group }))
const take =
  (role: string): Call =>
  access =>
    new STSClient(access).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::000000000000:role/${role}`,
        RoleSessionName: 'test',
      }),
    )
const deleteStack =
  (name: string): Call =>
  access =>
    new CloudFormationClient(access).send(new DeleteStackCommand({ StackName: name }))

const bootstrapRole = (kind: string) => `cdk-bp-${kind}-role-000000000000-us-east-1`
const ami = 'ami-0123456789abcdef0'

/** For each role one call that it must be able to make, and calls that it must not. */
const table: readonly { role: string; may: Call; mayNot: Readonly<Record<string, Call>> }[] = [
  {
    role: roles.deploy,
    may: put(parameters.image('backend'), 'abc'),
    mayNot: {
      'read a fleet secret': get(parameters.fleetSecret('production')),
      'take the role of the CDK': take(bootstrapRole('deploy')),
    },
  },
  {
    role: roles.database,
    may: readLog(names.logGroups.backend),
    mayNot: {
      'write an image pointer': put(parameters.image('backend')),
      'read another log': readLog(names.logGroups.frontend),
    },
  },
  {
    role: roles.infrastructure,
    may: take(bootstrapRole('deploy')),
    mayNot: { 'write an AMI pointer': put(parameters.ami('staging', 'portraits'), ami) },
  },
  {
    role: roles.fleet,
    may: put(parameters.desiredConfig('staging', 'portraits')),
    mayNot: {
      'delete a core stack': deleteStack(stacks.cicd),
      'read a fleet secret': get(parameters.fleetSecret('production')),
    },
  },
  {
    role: roles.ami,
    may: put(parameters.ami('staging', 'portraits'), ami),
    mayNot: { 'write an image pointer': put(parameters.image('backend')) },
  },
]

const ours = { sub: 'repo:acme@1/bp@2:environment:production', repository_id: '2' }

/** A token as GitHub's, whose signature the emulator does not ask for: what counts is what the trust demands of it. */
function tokenOf(claims: Readonly<Record<string, string>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    exp: Math.floor(Date.now() / 1_000) + 600,
    ...claims,
  }
  return `${part({ alg: 'none' })}.${part(body)}.`
}

describe('the roles of the workflows', () => {
  let folder: string
  let emulator: Emulator

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-roles-'))
    emulator = await startEmulator({ folder: join(folder, 'emulator') })
    const installation = await Installation.synthesize(emulator, join(folder, 'app'))
    await installation.bootstrap()
    await installation.deploy(stacks.cicd)
    for (const group of [names.logGroups.backend, names.logGroups.frontend])
      await aws(emulator, 'logs create-log-group', { 'log-group-name': group })
    const secret = parameters.fleetSecret('production')
    await aws(emulator, 'ssm put-parameter', { name: secret, type: 'String', value: 'x' })
    await control(emulator, 'auth', { on: true })
  })
  afterAll(async () => {
    await emulator[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function comeIn(role: string, claims: Readonly<Record<string, string>>): Promise<Access> {
    const { endpoint, region, account } = emulator
    const sts = new STSClient({ endpoint, region })
    const { Credentials: given } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: `arn:aws:iam::${account}:role/${role}`,
        RoleSessionName: 'test',
        WebIdentityToken: tokenOf(claims),
      }),
    )
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    }
    return { endpoint, region, credentials }
  }

  const refused = /AccessDenied|not authorized/i

  for (const { role, may, mayNot } of table) {
    it(`${role} may do its work`, async () => {
      await expect(may(await comeIn(role, ours))).resolves.toBeDefined()
    })
    for (const [what, call] of Object.entries(mayNot))
      it(`${role} may not ${what}`, async () => {
        const access = await comeIn(role, ours)
        await expect(call(access)).rejects.toThrow(refused)
      })
  }

  it('nobody comes in from another repository, another environment or with the wrong number', async () => {
    for (const claims of [
      { ...ours, sub: 'repo:other@3/bp@4:environment:production' },
      { ...ours, sub: 'repo:acme@1/bp@2:environment:playground' },
      { ...ours, repository_id: '3' },
    ])
      await expect(comeIn(roles.deploy, claims)).rejects.toThrow(refused)
  })
})
