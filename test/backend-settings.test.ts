/** What a deploy tells the backend and what the backend understands are written in two rooms; here they are held together. */
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { readConfig } from 'bp-backend/config/config'
import { settings } from 'bp-backend/config/settings'
import { beforeAll, describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import {
  documents,
  root,
  synthesize,
  type Synthesized,
} from '../infrastructure/test/installations.ts'

interface Told {
  readonly name: string
  /** A text, or what CloudFormation makes one of; nothing for a secret. */
  readonly value: unknown
}

/** What other stacks publish and what stands in secrets: known once all is deployed. */
const known: Readonly<Record<string, string>> = {
  BP_PUBLIC_URL: 'http://bp-1.us-east-1.elb.amazonaws.com',
  BP_DATABASE_HOST: 'bp-db.abc.us-east-1.rds.amazonaws.com',
  BP_DATABASE_USER: 'bp',
  BP_DATABASE_PASSWORD: 'of this test',
  BP_REDIS_HOST: 'master.bp-cache.abc.use1.cache.amazonaws.com',
  BP_REDIS_AUTH_TOKEN: 'of this test',
  BP_MEDIA_HOST: 'd111111abcdef8.cloudfront.net',
  BP_MEDIA_KEY_PAIR: 'none',
  BP_APP_KEY: '9fQ2xLr7VtY4mKc8ZpW3sDh6NbJ1gTa59fQ2xLr7VtY4mKc8ZpW3sDh6NbJ1gTaX',
  BP_OAUTH: '{"unused":"Zk3"}',
  BP_MEDIA_PRIVATE_KEY: '{"unused":"Zk3"}',
  BP_COMMIT: 'c0ffee',
}

describe.each(Object.keys(documents).filter(isShape))('a task of the backend (%s)', shape => {
  let synthesized: Synthesized
  let plain: readonly Told[]
  let secret: readonly Told[]
  beforeAll(() => {
    synthesized = synthesize(documents[shape])
    const task = synthesized
      .of('AWS::ECS::TaskDefinition')
      .find(({ Properties }) => Properties['Family'] === names.services.backend)
    const [container] = listOf(task?.Properties['ContainerDefinitions'])
    plain = listOf(fieldOf(container, 'Environment')).map(toldBy)
    secret = listOf(fieldOf(container, 'Secrets')).map(toldBy)
  }, 60_000)

  it('is told nothing that the backend does not know', () => {
    const told = [...plain, ...secret].map(({ name }) => name)
    expect(secret.length).toBeGreaterThan(3)
    expect(new Set(told).size).toBe(told.length)
    expect(told.filter(name => !Object.hasOwn(settings, name) && !isOfSdk(name))).toEqual([])
  })

  it('starts without a fault, on what a deploy has made', () => {
    const env = Object.fromEntries([...plain, ...secret].map(told => [told.name, valueOf(told)]))
    expect(readConfig(env)).toMatchObject({
      host: '0.0.0.0',
      dataFolder: '/tmp/bp',
      localAnonymous: false,
      localFleet: undefined,
      database: { dialect: 'mariadb', port: 3307, tls: { ca: expect.stringContaining('BEGIN') } },
      redis: { tls: true },
      media: { bucket: names.buckets.media(synthesized.config.account), cdn: undefined },
      modelsBucket: names.buckets.models(synthesized.config.account),
      pointers: 'ssm',
      metrics: 'cloudwatch',
      fleetSecrets: 'ssm',
    })
  })

  it('signs links for the CDN from the day its key is brought, where there is a CDN', () => {
    const told = secret.filter(({ name }) => name === 'BP_MEDIA_PRIVATE_KEY')
    const hasCdn = synthesized.config.mediaPublicKey !== undefined
    expect(told).toHaveLength(hasCdn ? 1 : 0)
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const env = Object.fromEntries([...plain, ...secret].map(one => [one.name, valueOf(one)]))
    const pair = { BP_MEDIA_KEY_PAIR: hasCdn ? 'K2JCJMDEHXQW5F' : 'none' }
    expect(readConfig({ ...env, ...pair }).media).toMatchObject({
      cdn: undefined,
      lacksKey: hasCdn,
    })
    const brought = told.map(({ name }) => [name, key.export({ type: 'pkcs8', format: 'pem' })])
    expect(readConfig({ ...env, ...pair, ...Object.fromEntries(brought) }).media).toMatchObject({
      cdn: hasCdn ? { keyPairId: 'K2JCJMDEHXQW5F' } : undefined,
      lacksKey: false,
    })
  })

  it('is told no secret in plain words', () => {
    const isSecret = /PASSWORD|TOKEN|SECRET$|_KEY$|OAUTH/
    expect(plain.map(({ name }) => name).filter(name => isSecret.test(name))).toEqual([])
  })
})

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const toldBy = (entry: unknown): Told => ({
  name: String(fieldOf(entry, 'Name')),
  value: fieldOf(entry, 'Value'),
})

function isShape(name: string): name is keyof typeof documents {
  return Object.hasOwn(documents, name)
}

/** The SDK's own settings are none of the backend's. */
const isOfSdk = (name: string): boolean => name === 'AWS_REGION'

function valueOf({ name, value }: Told): string {
  // A file of the image comes from here.
  if (name === 'BP_DATABASE_CA')
    return String(value).replace('/app', join(root, 'infrastructure/docker'))
  const text = typeof value === 'string' ? value : known[name]
  if (text === undefined) throw new Error(`${name} is a value that this test does not know`)
  return text
}
