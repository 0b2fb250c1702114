import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectOwnership,
  type BucketProps,
  type IBucket,
} from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import { accept } from './accept.ts'
import { asBucket } from './as-interface.ts'

export interface BucketsProps {
  readonly account: string
  /** The only origin whose pages may read and send files. One `*` is allowed in it. */
  readonly appOrigin: string
}

/** Four buckets: what people see, what engines load, what machines say, who came. None can be read from outside. */
export class Buckets extends Construct {
  readonly media: IBucket

  constructor(scope: Construct, id: string, { account, appOrigin }: BucketsProps) {
    super(scope, id)
    const closed = {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    } satisfies BucketProps
    const unfinished = { id: 'unfinished', abortIncompleteMultipartUploadAfter: Duration.days(7) }

    const access = new Bucket(this, 'Access', {
      ...closed,
      bucketName: names.buckets.access(account),
      lifecycleRules: [{ ...unfinished, expiration: Duration.days(90) }],
    })
    accept(access, 'AwsSolutions-S1', 'It holds the access logs; its own would never end.')
    // Without it the load balancer cannot even be made.
    access.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [access.arnForObjects(`alb/AWSLogs/${account}/*`)],
      }),
    )

    const browser = [
      {
        allowedOrigins: [appOrigin],
        allowedMethods: [HttpMethods.GET, HttpMethods.HEAD],
        allowedHeaders: ['Range'],
        exposedHeaders: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag'],
        maxAge: 3600,
      },
      {
        allowedOrigins: [appOrigin],
        allowedMethods: [HttpMethods.PUT],
        allowedHeaders: ['*'],
        exposedHeaders: ['ETag'],
        maxAge: 3600,
      },
    ]
    const logged = (prefix: string) => ({
      serverAccessLogsBucket: asBucket(access),
      serverAccessLogsPrefix: prefix,
    })
    const media = new Bucket(this, 'Media', {
      ...closed,
      ...logged('media/'),
      bucketName: names.buckets.media(account),
      cors: browser,
      lifecycleRules: [unfinished],
    })
    new Bucket(this, 'Models', {
      ...closed,
      ...logged('models/'),
      bucketName: names.buckets.models(account),
      cors: browser,
      lifecycleRules: [unfinished],
    })
    new Bucket(this, 'Logs', {
      ...closed,
      ...logged('logs/'),
      bucketName: names.buckets.logs(account),
      lifecycleRules: [{ ...unfinished, expiration: Duration.days(90) }],
    })
    this.media = asBucket(media)
  }
}
