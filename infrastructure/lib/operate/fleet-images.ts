/** The images of a fleet: found by tag, newest first; all but the newest few go. */
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  paginateDescribeImages,
  type EC2Client,
  type Image,
} from '@aws-sdk/client-ec2'
import { tagsOf } from './ami-pointer.ts'
import type { FleetRef } from './fleet-ref.ts'
import type { Say } from './script.ts'

const kept = 5

/** The account's images of a fleet. */
async function imagesOf(ec2: EC2Client, { stage, slug }: FleetRef): Promise<readonly Image[]> {
  const found: Image[] = []
  const pages = paginateDescribeImages(
    { client: ec2 },
    {
      Owners: ['self'],
      Filters: [
        { Name: 'tag:Project', Values: ['bp'] },
        { Name: 'tag:FleetStage', Values: [stage] },
        { Name: 'tag:FleetSlug', Values: [slug] },
      ],
    },
  )
  for await (const { Images = [] } of pages) found.push(...Images)
  return found
}

/** The image of this name. */
export async function findByName(
  ec2: EC2Client,
  fleet: FleetRef,
  name: string,
): Promise<Image | undefined> {
  return (await imagesOf(ec2, fleet)).find(image => image.Name === name)
}

/** Which images go: all but the newest five, and never one that is in use, nor what it was baked from. */
export function surplus(images: readonly Image[], inUse: ReadonlySet<string>): readonly Image[] {
  const used = images.filter(({ ImageId = '' }) => inUse.has(ImageId))
  const bases = new Set(used.map(image => tagsOf(image)['BaseImage']))
  return images
    .toSorted((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))
    .slice(kept)
    .filter(({ ImageId = '' }) => !inUse.has(ImageId) && !bases.has(ImageId))
}

/** Removes surplus images of a fleet with their snapshots, which is what costs. Answers their ids. */
export async function removeSurplus(
  ec2: EC2Client,
  fleet: FleetRef,
  inUse: ReadonlySet<string>,
  say: Say,
): Promise<readonly string[]> {
  const removed: string[] = []
  for (const { ImageId = '', BlockDeviceMappings = [] } of surplus(
    await imagesOf(ec2, fleet),
    inUse,
  )) {
    await ec2.send(new DeregisterImageCommand({ ImageId }))
    for (const { Ebs } of BlockDeviceMappings)
      if (Ebs?.SnapshotId !== undefined)
        await ec2.send(new DeleteSnapshotCommand({ SnapshotId: Ebs.SnapshotId }))
    say(`${ImageId} is one too many, and gone.`)
    removed.push(ImageId)
  }
  return removed
}
