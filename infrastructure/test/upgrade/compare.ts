/** What of a template must survive the next deploy, and what a change of it would do. */
import type { Found } from '../installations.ts'

/** Types that hold what cannot be made again. All others may be replaced, if their name is not in the way. */
const stateful: ReadonlySet<string> = new Set([
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::ECR::Repository',
  'AWS::IAM::OIDCProvider',
  'AWS::KMS::Key',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBSubnetGroup',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
])

/** Property that is a resource's name in the account: two of one name cannot stand side by side, not even for a minute. */
const nameProperties: readonly string[] = [
  'AlarmName',
  'AutoScalingGroupName',
  'BucketName',
  'CacheSubnetGroupName',
  'ClusterName',
  'DBInstanceIdentifier',
  'DashboardName',
  'Family',
  'FunctionName',
  'GroupName',
  'InstanceProfileName',
  'LaunchTemplateName',
  'LogGroupName',
  'ManagedPolicyName',
  'Name',
  'QueueName',
  'ReplicationGroupId',
  'RepositoryName',
  'RoleName',
  'ServiceName',
  'TopicName',
]
/** Of these a further revision or a property of the same word is no second resource. */
const unnamed: ReadonlySet<string> = new Set(['AWS::ECS::TaskDefinition', 'AWS::EC2::Subnet'])

/** One resource, as far as a replacement goes. */
interface Kept {
  readonly type: string
  /** Its name in the account, if the template gives it one. */
  readonly name?: string
  /** Properties that cannot be changed in place. */
  readonly fixed: Readonly<Record<string, unknown>>
}
/** `<stack>/<logical id>` → what is kept of it. */
export type Extract = Readonly<Record<string, Kept>>

/** Resource type → properties whose change replaces the resource. */
export type Replacing = Readonly<Record<string, readonly string[]>>

/** Everything of these resources that the next deploy could lose or trip over. */
export function extract(resources: readonly Found[], replacing: Replacing): Extract {
  return Object.fromEntries(
    resources.flatMap(one => {
      const name = nameOf(one)
      if (!stateful.has(one.Type) && name === undefined) return []
      const fixed = Object.fromEntries(
        (replacing[one.Type] ?? [])
          .filter(property => Object.hasOwn(one.Properties, property))
          .map(property => [property, one.Properties[property]]),
      )
      return [
        [`${one.stack}/${one.id}`, { type: one.Type, ...(name !== undefined && { name }), fixed }],
      ]
    }),
  )
}

function nameOf({ Type: type, Properties: given }: Found): string | undefined {
  if (unnamed.has(type)) return undefined
  const name = nameProperties.map(property => given[property]).find(it => typeof it === 'string')
  return typeof name === 'string' ? name : undefined
}

/** What deploying `next` over `released` would break, one sentence each with the way out. */
export function faultsOf(released: Extract, next: Extract): readonly string[] {
  return [
    ...Object.entries(released).flatMap(([id, before]) => faultsOfOne(id, before, next[id])),
    ...Object.entries(next).flatMap(([id, after]) => takenName(id, after, released)),
  ]
}

function faultsOfOne(id: string, before: Kept, after: Kept | undefined): readonly string[] {
  const holds = stateful.has(before.type)
  if (after === undefined)
    return holds
      ? [`${id} (${before.type}) would be deleted: keep its logical id, or move its data first`]
      : []
  if (after.type !== before.type)
    return [`${id} was ${before.type} and is ${after.type}: give the new one another logical id`]
  const changed = [...new Set([...Object.keys(before.fixed), ...Object.keys(after.fixed)])].filter(
    property => JSON.stringify(before.fixed[property]) !== JSON.stringify(after.fixed[property]),
  )
  if (changed.length === 0) return []
  const what = changed.join(', ')
  if (holds)
    return [`${id} (${before.type}) would be replaced by an empty one: leave ${what} as released`]
  if (before.name !== undefined && before.name === after.name)
    return [`${id} cannot be replaced under its own name ${before.name}: leave ${what}, or rename`]
  return []
}

/** A logical id that changes while the name stays makes CloudFormation create before it deletes, and fail. */
function takenName(id: string, after: Kept, released: Extract): readonly string[] {
  if (after.name === undefined || released[id]?.name === after.name) return []
  const owner = Object.entries(released).find(
    ([, one]) => one.type === after.type && one.name === after.name,
  )
  return owner === undefined
    ? []
    : [`${id} wants the name ${after.name}, which ${owner[0]} still has: keep that logical id`]
}
