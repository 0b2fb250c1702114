/** Makes an image for a fleet: Packer, a machine that boots from it, its tags, and only then the pointer. */
import { CreateTagsCommand, type EC2Client, type _InstanceType } from '@aws-sdk/client-ec2'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { isOwn, findImage, tagsOf } from './ami-pointer.ts'
import { bootTest } from './boot-test.ts'
import { OperateFault } from './fault.ts'
import { findByName, removeSurplus } from './fleet-images.ts'
import type { FleetRef } from './fleet-ref.ts'
import type { PackerRun } from './packer.ts'
import { findParameter, writeImagePointer } from './parameter.ts'
import type { Say } from './script.ts'
import type { Patience } from './wait-until.ts'

export interface AmiClouds {
  readonly ec2: EC2Client
  readonly ssm: SSMClient
  readonly packer: (run: PackerRun) => Promise<void>
}

export interface AmiOrder {
  readonly fleet: FleetRef
  readonly region: string
  readonly commit: string
  readonly instanceType: _InstanceType
  /** Whether the fleet's next machines start from it. */
  readonly activates: boolean
  /** Of the boot test. */
  readonly patience: Patience
  readonly now: Date
}

export interface Made {
  readonly imageId: string
  readonly name: string
  readonly selfTest: string
  readonly isActive: boolean
  readonly removed: readonly string[]
}

/** Builds an image from the public one. */
export function buildAmi(clouds: AmiClouds, order: AmiOrder, say: Say): Promise<Made> {
  return make(clouds, order, { half: 'build', variables: {} }, say)
}

/** Adds the models of a bundle to the fleet's image. Throws before anything runs when there is no bundle or no image of bp. */
export async function bakeAmi(
  clouds: AmiClouds,
  order: AmiOrder,
  { bundle, modelsBucket }: { readonly bundle: string | undefined; readonly modelsBucket: string },
  say: Say,
): Promise<Made> {
  const { stage, slug } = order.fleet
  const active = names.parameters.activeBundle(stage, slug)
  const bundleId = bundle ?? (await findParameter(clouds.ssm, active))
  if (bundleId === undefined)
    throw new OperateFault(
      'usage',
      `No bundle is named, and ${active} is not there.`,
      'Activate a bundle for this fleet in the Admin UI, or name one.',
    )
  const pointer = names.parameters.ami(stage, slug)
  const base = await findParameter(clouds.ssm, pointer)
  const image = base === undefined ? undefined : await findImage(clouds.ec2, base)
  if (base === undefined || image === undefined || !isOwn(image))
    throw new OperateFault(
      'pointer_is_no_image',
      `${pointer} says "${base ?? 'nothing'}", which is no image that bp has built.`,
      `Run build-ami.yml for ${stage}/${slug} with activate on first.`,
    )
  // From what was built, not from what was baked: models of an older bundle would stay in it for ever.
  const { Kind, BaseImage } = tagsOf(image)
  const base_ami = Kind === 'bake' && BaseImage !== undefined ? BaseImage : base
  if ((await findImage(clouds.ec2, base_ami)) === undefined)
    throw new OperateFault(
      'pointer_is_no_image',
      `${base} was baked from ${base_ami}, which is gone.`,
      `Run build-ami.yml for ${stage}/${slug} with activate on first.`,
    )
  return make(
    clouds,
    order,
    {
      half: 'bake',
      variables: {
        ...versionsOf(tagsOf(image)),
        base_ami,
        bundle_id: bundleId,
        models_bucket: modelsBucket,
      },
    },
    say,
  )
}

/** A baked image says of its inside what its base says. */
const versionsOf = (tags: ReturnType<typeof tagsOf>) => ({
  worker_sha256: tags['WorkerSha256'] ?? '',
  worker_version: tags['WorkerVersion'] ?? '',
  node_version: tags['NodeVersion'] ?? '',
  engine_commit: tags['EngineCommit'] ?? '',
  torch_version: tags['TorchVersion'] ?? '',
})

async function make(clouds: AmiClouds, order: AmiOrder, run: PackerRun, say: Say): Promise<Made> {
  const { ec2, ssm } = clouds
  const { fleet, region, commit, instanceType, activates, now } = order
  const place = { ...(await placeOf(ssm)), instanceType }
  const name = imageName(run.half, fleet, now)
  await clouds.packer({
    half: run.half,
    variables: {
      region,
      commit,
      subnet_id: place.subnetId,
      security_group_id: place.securityGroupId,
      instance_profile: names.roles.imageBuilder,
      instance_type: instanceType,
      ami_name: name,
      fleet_stage: fleet.stage,
      fleet_slug: fleet.slug,
      ...run.variables,
    },
  })
  const imageId = (await findByName(ec2, fleet, name))?.ImageId
  if (imageId === undefined)
    throw new OperateFault(
      'tool_failed',
      `Packer ended well, but there is no image ${name} of this fleet.`,
      `aws ec2 describe-images --owners self --filters Name=name,Values=${name}`,
    )
  const selfTest = await tested(ec2, imageId, place, order.patience, say)
  const pointer = names.parameters.ami(fleet.stage, fleet.slug)
  if (activates) {
    await writeImagePointer(ssm, pointer, imageId)
    say(`${pointer} says ${imageId}.`)
  }
  const inUse = new Set([imageId, (await findParameter(ssm, pointer)) ?? imageId])
  const base = run.variables['base_ami']
  if (base !== undefined) inUse.add(base)
  const removed = await removeSurplus(ec2, fleet, inUse, say)
  return { imageId, name, selfTest, isActive: activates, removed }
}

/** Boots the image once and writes the result on it. Throws `self_test_failed`, and then nobody points to it. */
async function tested(
  ec2: EC2Client,
  imageId: string,
  place: Parameters<typeof bootTest>[1]['place'],
  patience: Patience,
  say: Say,
): Promise<string> {
  const mark = (text: string) =>
    ec2.send(
      new CreateTagsCommand({
        Resources: [imageId],
        Tags: [{ Key: 'SelfTest', Value: text.slice(0, 256) }],
      }),
    )
  const result = await bootTest(ec2, { imageId, place, patience }, say)
  // Written on it in any case: who looks at the account's images must not take a faulty one for a good one.
  await mark(result.ok ? result.tag || 'ok' : result.tag || 'failed')
  if (result.ok) return result.tag
  throw new OperateFault(
    'self_test_failed',
    `${imageId} was made, but a machine that booted from it found itself faulty: ${JSON.stringify(result)}.`,
    'The pointer was not touched. Correct what the line names, then build again.',
  )
}

/** `bp-build-staging-portraits-20260102030405`: no second image of the account has it. */
export const imageName = (half: PackerRun['half'], { stage, slug }: FleetRef, now: Date): string =>
  `bp-${half}-${stage}-${slug}-${now.toISOString().replaceAll(/\D/g, '').slice(0, 14)}`

async function placeOf(ssm: SSMClient) {
  const of = async (key: string): Promise<string> => {
    const name = names.parameters.shared('network', key)
    const value = await findParameter(ssm, name)
    if (value !== undefined) return value
    throw new OperateFault(
      'no_core_stack',
      `${name} is not there, so the network is not deployed.`,
      `npx cdk deploy ${names.stacks.network} --exclusively`,
    )
  }
  return { subnetId: await of('private-subnet-a'), securityGroupId: await of('gpu-group') }
}
