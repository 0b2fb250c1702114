import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { documents, synthesize, type Found } from '../installations.ts'
import { extract, faultsOf } from './compare.ts'

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))
const replacing = z.record(z.string(), z.array(z.string())).parse(read('replacing.json'))
const released = z
  .record(
    z.string(),
    z.object({
      type: z.string(),
      name: z.string().optional(),
      fixed: z.record(z.string(), z.unknown()),
    }),
  )
  .transform(rows =>
    Object.fromEntries(
      Object.entries(rows).map(([id, { name, ...row }]) => [
        id,
        { ...row, ...(name !== undefined && { name }) },
      ]),
    ),
  )
  .parse(read('released.json'))

describe('an upgrade from the last release', () => {
  const { resources } = synthesize(documents.recommended)

  it('replaces and deletes nothing that holds something, and trips over no name', () => {
    expect(faultsOf(released, extract(resources, replacing))).toEqual([])
  })

  it('nor from one shape to the other, as long as the cache keeps its engine', () => {
    const to = (change: Record<string, unknown>) =>
      extract(
        synthesize({ ...documents.recommended, shape: 'cheapest', ...change }).resources,
        replacing,
      )
    expect(faultsOf(released, to({ cache_engine: 'redis' }))).toEqual([])
    expect(faultsOf(released, to({}))).toEqual([
      expect.stringMatching(/under its own name bp-cache: leave Engine/),
    ])
  })

  it('is compared with something: every stack, and every type that is in use', () => {
    const stacks = new Set(Object.keys(released).map(id => id.split('/')[0]))
    expect(stacks.size).toBe(7)
    expect(Object.keys(released).length).toBeGreaterThan(80)
    const unknown = Object.values(released).filter(one => !Object.hasOwn(replacing, one.type))
    expect(unknown).toEqual([])
  })

  const change = (type: string, with_: (one: Found) => Found | undefined): readonly string[] => {
    const [first] = resources.filter(one => one.Type === type)
    if (first === undefined) throw new Error(`no ${type}`)
    const next = resources.flatMap(one => (one === first ? (with_(one) ?? []) : one))
    return faultsOf(released, extract(next, replacing))
  }
  const property = (one: Found, name: string, value: unknown): Found => ({
    ...one,
    Properties: { ...one.Properties, [name]: value },
  })

  it.each<readonly [string, string, (one: Found) => Found | undefined, string]>([
    ['a bucket that is gone', 'AWS::S3::Bucket', () => undefined, 'would be deleted'],
    [
      'a bucket with another name',
      'AWS::S3::Bucket',
      one => property(one, 'BucketName', 'other'),
      'would be replaced by an empty one: leave BucketName',
    ],
    [
      'a database of another engine',
      'AWS::RDS::DBInstance',
      one => property(one, 'MasterUsername', 'root'),
      'would be replaced by an empty one: leave MasterUsername',
    ],
    [
      'a subnet in another zone',
      'AWS::EC2::Subnet',
      one => property(one, 'AvailabilityZone', 'us-east-1f'),
      'would be replaced by an empty one: leave AvailabilityZone',
    ],
    [
      'a role under another logical id',
      'AWS::IAM::Role',
      one => ({ ...one, id: `${one.id}X` }),
      'keep that logical id',
    ],
    [
      'a service that must be replaced under its own name',
      'AWS::ECS::Service',
      one => property(one, 'Cluster', 'other'),
      'cannot be replaced under its own name',
    ],
    [
      'a thing that became another',
      'AWS::SNS::Topic',
      one => ({ ...one, Type: 'AWS::SQS::Queue' }),
      'give the new one another logical id',
    ],
  ])('sees %s', (_, type, with_, said) => {
    expect(change(type, with_).join('\n')).toContain(said)
  })
})
