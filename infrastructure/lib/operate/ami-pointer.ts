import { DescribeImagesCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import type { FleetRef } from './fleet-ref.ts'
import { findParameter, writeImagePointer } from './parameter.ts'
import type { Say } from './script.ts'

/** Public parameter of the image that a fleet points to until it has its own; the one that `build-ami` starts from. */
export const baseImageParameter =
  '/aws/service/deeplearning/ami/x86_64/base-with-single-cuda-ubuntu-24.04/latest/ami-id'

/** What the stack of a fleet is told about its image: without one of bp's it may hold no machine. */
export type ImageKind = 'none' | 'bp'

export const tagsOf = (image: Image): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries((image.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]))

/** An image that bp has made and that has passed its self-test. */
export const isOwn = (image: Image): boolean => {
  const { Project, SelfTest } = tagsOf(image)
  return Project === 'bp' && SelfTest !== undefined && !/^fail/i.test(SelfTest)
}

/** An image by its id; `undefined` where there is none for this account. */
export async function findImage(ec2: EC2Client, imageId: string): Promise<Image | undefined> {
  try {
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }))
    return Images[0]
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('InvalidAMIID')) return undefined
    throw error
  }
}

/** Makes the pointer where there is none: a launch template cannot be resolved without one. */
export async function makePointer(ssm: SSMClient, fleet: FleetRef, say: Say): Promise<void> {
  const name = names.parameters.ami(fleet.stage, fleet.slug)
  if ((await findParameter(ssm, name)) !== undefined) return
  const base = await findParameter(ssm, baseImageParameter)
  if (base === undefined)
    throw new OperateFault(
      'pointer_is_no_image',
      `This region has no ${baseImageParameter}, the image that a fleet begins with.`,
      'Choose a region that has it: aws ssm get-parameters-by-path --path /aws/service/deeplearning/ami/x86_64 --recursive',
    )
  await writeImagePointer(ssm, name, base)
  say(`${name} points to the public image ${base} until build-ami has made one.`)
}

/**
 * Whether the fleet's pointer names an image of bp. Throws `pointer_is_no_image` when it names something that this account
 * cannot start machines from.
 */
export async function kindOfPointer(
  { ssm, ec2 }: { readonly ssm: SSMClient; readonly ec2: EC2Client },
  fleet: FleetRef,
): Promise<{ readonly kind: ImageKind; readonly imageId: string }> {
  const name = names.parameters.ami(fleet.stage, fleet.slug)
  const imageId = await findParameter(ssm, name)
  if (imageId === undefined)
    throw new OperateFault(
      'pointer_is_no_image',
      `There is no ${name}.`,
      `Run provision-gpu-fleet.yml for ${fleet.stage}/${fleet.slug}, which makes it.`,
    )
  const image = /^ami-[0-9a-f]{8,17}$/.test(imageId) ? await findImage(ec2, imageId) : undefined
  if (image === undefined)
    throw new OperateFault(
      'pointer_is_no_image',
      `${name} says "${imageId}", which is no machine image of this account and region.`,
      `Run build-ami.yml for ${fleet.stage}/${fleet.slug} with activate on, or write an image's id: aws ssm put-parameter --name ${name} --data-type aws:ec2:image --type String --overwrite --value ami-…`,
    )
  return { kind: isOwn(image) ? 'bp' : 'none', imageId }
}
