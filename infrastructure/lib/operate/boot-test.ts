import {
  GetConsoleOutputCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
  type _InstanceType,
} from '@aws-sdk/client-ec2'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import type { Say } from './script.ts'
import { findSelfTest, type SelfTest } from './self-test-line.ts'
import { waitUntil, type Look, type Patience } from './wait-until.ts'

/** Where machines that are not of a fleet stand. */
export interface Place {
  readonly subnetId: string
  readonly securityGroupId: string
  readonly instanceType: _InstanceType
}

/** The machine tests itself and says so on its console; then it switches itself off, whoever watches it or not. */
const userData = [
  '#!/bin/sh',
  '/opt/bp/bin/self-test.sh --console',
  'sleep 300',
  'shutdown -h now',
  '',
].join('\n')

/**
 * Starts one machine from an image, reads its self-test from the console and ends the machine, whatever happens.
 * Throws `timed_out` when it never speaks. A self-test that failed is handed back, not judged.
 */
export async function bootTest(
  ec2: EC2Client,
  {
    imageId,
    place,
    patience,
  }: { readonly imageId: string; readonly place: Place; readonly patience: Patience },
  say: Say,
): Promise<SelfTest> {
  const tags = [
    { Key: 'Project', Value: 'bp' },
    { Key: 'Name', Value: 'bp-boot-test' },
  ]
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: imageId,
      InstanceType: place.instanceType,
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: names.roles.imageBuilder },
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: place.subnetId,
          Groups: [place.securityGroupId],
          AssociatePublicIpAddress: false,
        },
      ],
      UserData: Buffer.from(userData).toString('base64'),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tags },
        { ResourceType: 'volume', Tags: tags },
      ],
    }),
  )
  const InstanceId = Instances[0]?.InstanceId
  if (InstanceId === undefined)
    throw new OperateFault(
      'self_test_failed',
      `No machine was started from ${imageId}.`,
      'Run it again; where a zone has no such machine now, some minutes later.',
    )
  say(`${InstanceId} starts from ${imageId} and tests itself.`)
  try {
    return await waitUntil('The self-test', patience, say, () => look(ec2, InstanceId))
  } finally {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }))
  }
}

async function look(ec2: EC2Client, InstanceId: string): Promise<Look<SelfTest>> {
  const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest: true }))
  const found = findSelfTest(Buffer.from(Output, 'base64').toString())
  return found === undefined ? { missing: 'the console has no word of it yet' } : { done: found }
}
