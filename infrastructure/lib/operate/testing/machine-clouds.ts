/** What is asked of EC2 and of quotas before a fleet is made, as one answer each. */
import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  EC2Client,
  type Image,
  type _InstanceType,
} from '@aws-sdk/client-ec2'
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { mockClient } from 'aws-sdk-client-mock'

export interface Machines {
  readonly offered: readonly _InstanceType[]
  readonly vcpus: number
  readonly images: readonly Image[]
}

export const goodMachines: Machines = {
  offered: ['g6.xlarge'],
  vcpus: 64,
  images: [{ ImageId: 'ami-0123456789abcdef0' }],
}

export function machineClouds({ offered, vcpus, images }: Machines) {
  const ec2 = new EC2Client({ region: 'us-east-1' })
  const serviceQuotas = new ServiceQuotasClient({ region: 'us-east-1' })
  mockClient(ec2)
    .on(DescribeInstanceTypeOfferingsCommand)
    .resolves({ InstanceTypeOfferings: offered.map(InstanceType => ({ InstanceType })) })
    .on(DescribeImagesCommand)
    .callsFake(({ ImageIds = [] }: { readonly ImageIds?: readonly string[] }) => {
      const Images = images.filter(({ ImageId = '' }) => ImageIds.includes(ImageId))
      if (Images.length > 0) return { Images }
      throw Object.assign(new Error('no such image'), { name: 'InvalidAMIID.NotFound' })
    })
  mockClient(serviceQuotas)
    .on(GetServiceQuotaCommand)
    .resolves({ Quota: { Value: vcpus } })
  return { ec2, serviceQuotas }
}
