/**
 * The library's classes declare `x?: T | undefined` where its interfaces declare `x?: T`, and under
 * `exactOptionalPropertyTypes` the one is no longer the other. These say once, with a check, that it is.
 */
import { CloudFormationValidatePlugin, type IPolicyValidationPlugin } from 'aws-cdk-lib'
import { Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2'
import { Cluster, type ICluster } from 'aws-cdk-lib/aws-ecs'
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager'

const narrowed =
  <T>(what: string, isIt: (value: unknown) => value is T) =>
  (value: unknown): T => {
    if (isIt(value)) return value
    throw new Error(`this is no ${what}`)
  }

export const asBucket = narrowed('bucket', (it): it is IBucket => it instanceof Bucket)
export const asCluster = narrowed('cluster', (it): it is ICluster => it instanceof Cluster)
export const asSecret = narrowed('secret', (it): it is ISecret => it instanceof Secret)
export const asPlugin = narrowed(
  'plugin of the checks',
  (it): it is IPolicyValidationPlugin => it instanceof CloudFormationValidatePlugin,
)
export const asVpc = narrowed('network', (it): it is IVpc => it instanceof Vpc)
