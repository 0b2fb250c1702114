import {
  CachePolicy,
  Distribution,
  HttpVersion,
  KeyGroup,
  PriceClass,
  PublicKey,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { accept } from './accept.ts'

export interface MediaCdnProps {
  readonly media: IBucket
  /** Half of an ECDSA P-256 pair; the other half signs links and never comes here. */
  readonly publicKeyPem: string
}

/** Brings media to people, on links that somebody with the key has signed and on no others. */
export class MediaCdn extends Construct {
  readonly host: string
  readonly keyPairId: string

  constructor(scope: Construct, id: string, { media, publicKeyPem }: MediaCdnProps) {
    super(scope, id)
    const key = new PublicKey(this, 'Key', { encodedKey: publicKeyPem })
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'bp media',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(media),
        trustedKeyGroups: [new KeyGroup(this, 'Keys', { items: [key] })],
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: ResponseHeadersPolicy.CORS_ALLOW_ALL_ORIGINS_AND_SECURITY_HEADERS,
      },
    })
    accept(distribution, 'AwsSolutions-CFR1', 'People of all countries are meant to come.')
    accept(
      distribution,
      'AwsSolutions-CFR2',
      'Only signed links pass, and there is no code behind them: a firewall would have nothing to judge.',
    )
    accept(
      distribution,
      'AwsSolutions-CFR3',
      'Reads of the bucket are logged there; logs of the CDN would cost more than the CDN.',
    )
    accept(
      distribution,
      'AwsSolutions-CFR4',
      'The distribution goes by its own name, whose certificate allows no choice of TLS version.',
    )
    this.host = distribution.distributionDomainName
    this.keyPairId = key.publicKeyId
  }
}
