import {
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  ECRClient,
  ImageNotFoundException,
  ScanNotFoundException,
} from '@aws-sdk/client-ecr'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { demandCleanScan, demandImage } from './image-in-registry.ts'

const gone = { message: 'x', $metadata: {} }
const image = { service: 'backend', tag: 'abcdef0' } as const
const soon = { everyMs: 1, withinMs: 5_000 }

function registry() {
  const ecr = new ECRClient({ region: 'us-east-1' })
  return { ecr, mock: mockClient(ecr) }
}

describe('an image in the registry', () => {
  it('that is not there is told with what is', async () => {
    const { ecr, mock } = registry()
    mock.on(DescribeImagesCommand).rejects(new ImageNotFoundException(gone))
    await expect(demandImage(ecr, 'backend', 'abcdef0')).rejects.toMatchObject({
      code: 'no_image',
      remedy: expect.stringContaining('describe-images --repository-name bp-backend'),
    })
  })

  it('is waited for until its scan is complete', async () => {
    const { ecr, mock } = registry()
    mock
      .on(DescribeImageScanFindingsCommand)
      .rejectsOnce(new ScanNotFoundException(gone))
      .resolvesOnce({ imageScanStatus: { status: 'IN_PROGRESS' } })
      .resolves({
        imageScanStatus: { status: 'COMPLETE' },
        imageScanFindings: { findingSeverityCounts: { HIGH: 3 } },
      })
    const said: string[] = []
    await demandCleanScan(ecr, image, soon, sentence => void said.push(sentence))
    expect(said).toEqual([
      'bp-backend:abcdef0: its scan has not begun',
      'bp-backend:abcdef0: its scan is in_progress',
    ])
  })

  it('with something critical is refused', async () => {
    const { ecr, mock } = registry()
    mock.on(DescribeImageScanFindingsCommand).resolves({
      imageScanStatus: { status: 'COMPLETE' },
      imageScanFindings: { findingSeverityCounts: { CRITICAL: 2 } },
    })
    await expect(demandCleanScan(ecr, image, soon, () => undefined)).rejects.toMatchObject({
      code: 'image_has_findings',
    })
  })

  it('of a kind that nobody scans passes, and is told', async () => {
    const { ecr, mock } = registry()
    mock
      .on(DescribeImageScanFindingsCommand)
      .resolves({ imageScanStatus: { status: 'UNSUPPORTED_IMAGE' } })
    const said: string[] = []
    await demandCleanScan(ecr, image, soon, sentence => void said.push(sentence))
    expect(said).toEqual(['bp-backend:abcdef0: nobody scans it.'])
  })
})
