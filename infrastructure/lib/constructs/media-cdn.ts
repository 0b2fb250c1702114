import { createHash } from 'node:crypto'
import { Duration } from 'aws-cdk-lib'
import {
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HeadersFrameOption,
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
    // A key cannot be changed, only another one put beside it: so it is called by what it is.
    const text = publicKeyPem.replaceAll(/\s/g, '')
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
    const key = new PublicKey(this, `Key${digest}`, { encodedKey: publicKeyPem })
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'bp media',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(media),
        trustedKeyGroups: [new KeyGroup(this, 'Keys', { items: [key] })],
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: this.caching(),
        responseHeadersPolicy: this.saying(),
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

  /** A link says how its file is to be shown. S3 has to hear it, and two who ask differently are answered differently. */
  private caching(): CachePolicy {
    return new CachePolicy(this, 'Caching', {
      comment: 'bp media: by address and by what a link asks of the answer',
      queryStringBehavior: CacheQueryStringBehavior.allowList(
        'response-cache-control',
        'response-content-disposition',
        'response-content-type',
      ),
      minTtl: Duration.seconds(1),
      defaultTtl: Duration.minutes(30),
      maxTtl: Duration.days(1),
    })
  }

  /** What people bring is shown as what it is and can do nothing, whatever it holds. */
  private saying(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'Saying', {
      comment: 'bp media: files are neither pages nor scripts',
      // Links are the key: whoever has one may read it from any page.
      corsBehavior: {
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: ['GET', 'HEAD'],
        accessControlAllowHeaders: ['*'],
        accessControlExposeHeaders: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag'],
        accessControlAllowCredentials: false,
        originOverride: true,
      },
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: "sandbox; default-src 'none'",
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: 'Cross-Origin-Resource-Policy', value: 'cross-origin', override: true },
        ],
      },
    })
  }
}
