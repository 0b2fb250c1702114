import {
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  ImageNotFoundException,
  ScanNotFoundException,
  type ECRClient,
} from '@aws-sdk/client-ecr'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import type { Say } from './script.ts'
import type { ServiceName } from './service.ts'
import { waitUntil, type Look, type Patience } from './wait-until.ts'

/** A tag is what the image was built from: a commit. Tags never move, so `latest` and the like can be none. */
export function checkTag(tag: string): string {
  if (/^[0-9a-f]{7,40}$/.test(tag)) return tag
  throw new OperateFault(
    'bad_tag',
    `"${tag}" is no commit, so it cannot be the tag of an image.`,
    'Give 7 to 40 hexadecimal digits: git rev-parse HEAD',
  )
}

/** Whether a service's repository holds an image of this tag. */
export async function hasImage(
  ecr: ECRClient,
  service: ServiceName,
  tag: string,
): Promise<boolean> {
  try {
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({
        repositoryName: names.repositories[service],
        imageIds: [{ imageTag: tag }],
      }),
    )
    return imageDetails.length > 0
  } catch (error) {
    if (error instanceof ImageNotFoundException) return false
    throw error
  }
}

/** Throws `no_image` where a service's repository has no image of this tag. */
export async function demandImage(
  ecr: ECRClient,
  service: ServiceName,
  tag: string,
): Promise<void> {
  if (await hasImage(ecr, service, tag)) return
  const repository = names.repositories[service]
  throw new OperateFault(
    'no_image',
    `Repository ${repository} has no image ${tag}.`,
    `Run the Deploy workflow without a tag, which builds it, or push it by hand; what is there: aws ecr describe-images --repository-name ${repository} --query 'imageDetails[].imageTags[]'`,
  )
}

/**
 * Waits for the registry's own scan of a pushed image. Throws `image_has_findings` when something critical is in it. A
 * registry that does not scan is told, and does not stop anybody.
 */
export async function demandCleanScan(
  ecr: ECRClient,
  image: { readonly service: ServiceName; readonly tag: string },
  patience: Patience,
  say: Say,
): Promise<void> {
  const { service, tag } = image
  const repositoryName = names.repositories[service]
  const look = async (): Promise<Look<number | undefined>> => {
    try {
      const answer = await ecr.send(
        new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag: tag } }),
      )
      const status = answer.imageScanStatus?.status ?? 'PENDING'
      const counts: Readonly<Record<string, number>> =
        answer.imageScanFindings?.findingSeverityCounts ?? {}
      if (status === 'COMPLETE' || status === 'ACTIVE') return { done: counts['CRITICAL'] ?? 0 }
      if (status === 'PENDING' || status === 'IN_PROGRESS')
        return { missing: `its scan is ${status.toLowerCase()}` }
      return { done: undefined }
    } catch (error) {
      if (error instanceof ScanNotFoundException) return { missing: 'its scan has not begun' }
      // A registry without scanning (another kind, an emulator) does not know the question.
      if (error instanceof Error && /^(InvalidAction|UnknownOperation)/.test(error.name))
        return { done: undefined }
      throw error
    }
  }
  const critical = await waitUntil(`${repositoryName}:${tag}`, patience, say, look)
  if (critical === undefined) say(`${repositoryName}:${tag}: nobody scans it.`)
  else if (critical > 0)
    throw new OperateFault(
      'image_has_findings',
      `${repositoryName}:${tag} has ${critical} critical findings.`,
      `Renew the base image (NODE_DIGEST in the Dockerfiles) and the packages: aws ecr describe-image-scan-findings --repository-name ${repositoryName} --image-id imageTag=${tag}`,
    )
}
