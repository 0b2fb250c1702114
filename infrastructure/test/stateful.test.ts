import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documents, synthesize, type Found } from './installations.ts'

/**
 * What would be lost, and the properties whose change makes CloudFormation put a new, empty one in its place.
 * `stateful.lock.json` holds them as they were first deployed. A change there is a migration, never a rename.
 */
const identity: Readonly<Record<string, readonly string[]>> = {
  'AWS::RDS::DBInstance': [
    'DBInstanceIdentifier',
    'DBName',
    'Engine',
    'MasterUsername',
    'StorageEncrypted',
    'KmsKeyId',
    'DBSubnetGroupName',
    'Port',
  ],
  'AWS::RDS::DBSubnetGroup': ['DBSubnetGroupName'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::ECR::Repository': ['RepositoryName', 'EncryptionConfiguration'],
  'AWS::KMS::Key': [],
  'AWS::IAM::OIDCProvider': ['Url'],
  'AWS::SecretsManager::Secret': ['Name', 'GenerateSecretString', 'SecretString'],
  'AWS::EC2::VPC': ['CidrBlock'],
  'AWS::EC2::Subnet': ['CidrBlock', 'AvailabilityZone'],
}

const isPointer = (one: Found) => String(one.Properties['Name']).startsWith('/bp/images/')

const lock: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, 'stateful.lock.json'), 'utf8'),
)

describe('what must never be replaced', () => {
  const { resources } = synthesize(documents.recommended)
  const found = resources.filter(one => Object.hasOwn(identity, one.Type))

  it('has the ids and properties it was first deployed with', () => {
    const rows = found.map(one => [
      `${one.stack}/${one.id}`,
      {
        type: one.Type,
        deletion: one.DeletionPolicy ?? 'Delete',
        ...Object.fromEntries(
          (identity[one.Type] ?? [])
            .filter(name => Object.hasOwn(one.Properties, name))
            .map(name => [name, one.Properties[name]]),
        ),
      },
    ])
    expect(Object.fromEntries(rows)).toEqual(lock)
  })

  it('has the same ids in the cheapest shape, so that a shape can be changed later', () => {
    // The key of a CDN is there for whoever has one, in either shape.
    const { media_public_key } = documents.recommended
    const cheapest = new Set(
      synthesize({ ...documents.cheapest, media_public_key }).resources.map(
        one => `${one.stack}/${one.id}`,
      ),
    )
    expect(found.map(one => `${one.stack}/${one.id}`).filter(one => !cheapest.has(one))).toEqual([])
  })

  it('leaves the image pointers as they are: any change would write `none` again', () => {
    expect(resources.filter(one => one.Type === 'AWS::SSM::Parameter' && isPointer(one))).toEqual(
      ['backend', 'frontend'].map(service => ({
        stack: 'bp-cicd',
        id: expect.stringMatching(new RegExp(`^Image${service}`)),
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: `/bp/images/${service}`, Type: 'String', Value: 'none' },
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      })),
    )
  })
})
