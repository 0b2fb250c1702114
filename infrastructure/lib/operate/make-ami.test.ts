import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type DescribeImagesCommandInput,
  type Image,
} from '@aws-sdk/client-ec2'
import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { bakeAmi, buildAmi, type AmiOrder } from './make-ami.ts'
import type { PackerRun } from './packer.ts'

const order: AmiOrder = {
  fleet: { stage: 'staging', slug: 'portraits' },
  region: 'us-east-1',
  commit: 'abcdef0',
  instanceType: 'g6.xlarge',
  activates: true,
  patience: { everyMs: 1, withinMs: 5_000 },
  now: new Date('2026-02-03T04:05:06Z'),
}
const pointer = '/bp/ami/fleets/staging/portraits'
const bundle = '/bp/fleets/staging/portraits/active_bundle'
const tags = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }))
const say = () => undefined

interface Account {
  readonly line?: string
  readonly images?: readonly Image[]
  readonly parameters?: Readonly<Record<string, string>>
}

/** An account with a network, some images and parameters; Packer makes `ami-new`, whose console says `line`. */
function account({
  line = '{"ok":true,"tag":"ok driver 570"}',
  images = [],
  parameters = {},
}: Account = {}) {
  const clients = {
    ec2: new EC2Client({ region: 'us-east-1' }),
    ssm: new SSMClient({ region: 'us-east-1' }),
  }
  const ec2 = mockClient(clients.ec2)
  const ssm = mockClient(clients.ssm)
  const runs: PackerRun[] = []
  const known: Image[] = [...images]
  const values: Record<string, string> = {
    '/bp/network/private-subnet-a': 'subnet-1',
    '/bp/network/gpu-group': 'sg-1',
    ...parameters,
  }
  ssm.on(GetParameterCommand).callsFake(({ Name }: { Name: string }) => {
    const Value = values[Name]
    if (Value === undefined) throw new ParameterNotFound({ message: Name, $metadata: {} })
    return { Parameter: { Value } }
  })
  ec2.on(DescribeImagesCommand).callsFake(({ ImageIds }: DescribeImagesCommandInput) => ({
    Images: known.filter(({ ImageId = '' }) => ImageIds?.includes(ImageId) ?? true),
  }))
  ec2.on(RunInstancesCommand).resolves({ Instances: [{ InstanceId: 'i-1' }] })
  ec2
    .on(GetConsoleOutputCommand)
    .resolvesOnce({})
    .resolves({ Output: Buffer.from(`boot\nbp-self-test: ${line}\n`).toString('base64') })
  const packer = async (run: PackerRun) => {
    runs.push(run)
    const Name = run.variables['ami_name']
    known.push({ ImageId: 'ami-new', Name, CreationDate: '2026-02-03T04:30:00.000Z' })
  }
  return { clouds: { ...clients, packer }, ec2, ssm, runs }
}

describe('building an image', () => {
  it('boots it once, marks it, points to it, and ends the machine', async () => {
    const { clouds, ec2, ssm, runs } = account()
    expect(await buildAmi(clouds, order, say)).toEqual({
      imageId: 'ami-new',
      name: 'bp-build-staging-portraits-20260203040506',
      selfTest: 'ok driver 570',
      isActive: true,
      removed: [],
    })
    expect(runs).toEqual([
      {
        half: 'build',
        variables: {
          region: 'us-east-1',
          commit: 'abcdef0',
          subnet_id: 'subnet-1',
          security_group_id: 'sg-1',
          instance_profile: 'bp-image-builder',
          instance_type: 'g6.xlarge',
          ami_name: 'bp-build-staging-portraits-20260203040506',
          fleet_stage: 'staging',
          fleet_slug: 'portraits',
        },
      },
    ])
    const [boot] = ec2.commandCalls(RunInstancesCommand)
    expect(boot?.args[0].input).toMatchObject({
      ImageId: 'ami-new',
      MetadataOptions: { HttpTokens: 'required' },
      NetworkInterfaces: [{ AssociatePublicIpAddress: false, Groups: ['sg-1'] }],
      InstanceInitiatedShutdownBehavior: 'terminate',
    })
    for (const { Tags } of boot?.args[0].input.TagSpecifications ?? [])
      expect(Tags).toContainEqual({ Key: 'Project', Value: 'bp' })
    expect(ec2.commandCalls(CreateTagsCommand)[0]?.args[0].input).toEqual({
      Resources: ['ami-new'],
      Tags: [{ Key: 'SelfTest', Value: 'ok driver 570' }],
    })
    expect(ssm.commandCalls(PutParameterCommand)[0]?.args[0].input).toMatchObject({
      Name: pointer,
      Value: 'ami-new',
      DataType: 'aws:ec2:image',
    })
    expect(ec2.commandCalls(TerminateInstancesCommand)).toHaveLength(1)
  })

  it('that finds itself faulty is marked, and nobody points to it', async () => {
    const { clouds, ec2, ssm } = account({
      line: '{"ok":false,"tag":"failed 1","failed":["cuda"]}',
    })
    await expect(buildAmi(clouds, order, say)).rejects.toMatchObject({
      code: 'self_test_failed',
      message: expect.stringContaining('cuda'),
    })
    expect(ec2.commandCalls(CreateTagsCommand)[0]?.args[0].input.Tags).toEqual([
      { Key: 'SelfTest', Value: 'failed 1' },
    ])
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(0)
    expect(ec2.commandCalls(TerminateInstancesCommand)).toHaveLength(1)
  })

  it('that never speaks is given up, its machine is ended', async () => {
    const { clouds, ec2, ssm } = account()
    ec2.on(GetConsoleOutputCommand).resolves({})
    const hurried = { ...order, patience: { everyMs: 1, withinMs: 5 } }
    await expect(buildAmi(clouds, hurried, say)).rejects.toMatchObject({ code: 'timed_out' })
    expect(ec2.commandCalls(TerminateInstancesCommand)).toHaveLength(1)
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(0)
  })

  it('is asked for without activation: then the pointer stays', async () => {
    const { clouds, ssm } = account()
    await buildAmi(clouds, { ...order, activates: false }, say)
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(0)
  })

  it('leaves five, with the snapshots of the others gone', async () => {
    const images = [1, 2, 3, 4, 5, 6].map(day => ({
      ImageId: `ami-${day}`,
      CreationDate: `2026-01-0${day}T00:00:00.000Z`,
      BlockDeviceMappings: [{ Ebs: { SnapshotId: `snap-${day}` } }, { VirtualName: 'ephemeral0' }],
    }))
    const { clouds, ec2 } = account({ images, parameters: { [pointer]: 'ami-1' } })
    const inactive = { ...order, activates: false }
    expect((await buildAmi(clouds, inactive, say)).removed).toEqual(['ami-2'])
    expect(ec2.commandCalls(DeregisterImageCommand)).toHaveLength(1)
    expect(ec2.commandCalls(DeleteSnapshotCommand)[0]?.args[0].input.SnapshotId).toBe('snap-2')
  })

  it('needs a network before Packer is started', async () => {
    const { clouds, ssm, runs } = account()
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'x', $metadata: {} }))
    await expect(buildAmi(clouds, order, say)).rejects.toMatchObject({ code: 'no_core_stack' })
    expect(runs).toEqual([])
  })
})

describe('baking an image', () => {
  const built = {
    ImageId: 'ami-built',
    Tags: tags({ Project: 'bp', SelfTest: 'ok', Kind: 'build' }),
  }
  const baked = {
    ImageId: 'ami-baked',
    Tags: tags({ Project: 'bp', SelfTest: 'ok', Kind: 'bake', BaseImage: 'ami-built' }),
  }
  const models = { bundle: undefined, modelsBucket: 'bp-models-1' }

  it.each([
    ['a built one', built],
    ['what a baked one was built from', baked],
  ])('adds the active bundle to %s', async (_, image) => {
    const parameters = { [pointer]: image.ImageId, [bundle]: 'bundle-1' }
    const { clouds, runs } = account({ images: [built, baked], parameters })
    await bakeAmi(clouds, order, models, say)
    expect(runs[0]).toMatchObject({
      half: 'bake',
      variables: { base_ami: 'ami-built', bundle_id: 'bundle-1', models_bucket: 'bp-models-1' },
    })
  })

  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['usage', { [pointer]: 'ami-built' }, 'no bundle'],
    ['pointer_is_no_image', { [bundle]: 'b' }, 'no pointer'],
    ['pointer_is_no_image', { [pointer]: 'ami-public', [bundle]: 'b' }, 'a public image'],
  ])('is refused as %s with %j: %s', async (code, parameters) => {
    const { clouds, runs } = account({ images: [built, { ImageId: 'ami-public' }], parameters })
    await expect(bakeAmi(clouds, order, models, say)).rejects.toMatchObject({ code })
    expect(runs).toEqual([])
  })
})
