import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { accept } from '../constructs/accept.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { Buckets } from '../constructs/buckets.ts'
import { Cache } from '../constructs/cache.ts'
import { Database } from '../constructs/database.ts'
import { ImageBuilder } from '../constructs/image-builder.ts'
import { MediaCdn } from '../constructs/media-cdn.ts'
import { Secrets } from '../constructs/secrets.ts'
import { SharedNetwork } from '../constructs/shared-network.ts'
import { publish } from '../constructs/shared.ts'

/** All that is worth keeping: database, files, secrets; and the cache, which is not, beside them. */
export class Data extends BpStack {
  constructor(scope: Construct, config: Config) {
    super(scope, names.stacks.data, {
      config,
      description: 'bp: database, cache, files, secrets',
      protected: true,
    })
    const network = new SharedNetwork(this)
    const subnets = network.subnets('isolated')
    accept(
      this,
      'CloudFormation-Validate::W2001',
      'RDS takes the network from its subnets; the library wants to know it all the same.',
    )
    const { database: size, cache: cacheSize } = config.shape

    const secrets = new Secrets(this, 'Secrets', { hasCdn: config.mediaPublicKey !== undefined })
    const buckets = new Buckets(this, 'Buckets', {
      account: config.account,
      appOrigin: appOrigin(config),
    })
    const database = new Database(this, 'Database', {
      network,
      subnets,
      size,
      credentials: secrets.databaseMaster,
    })
    const cache = new Cache(this, 'Cache', {
      network,
      subnets,
      size: cacheSize,
      authToken: secrets.redisAuthToken,
    })
    new ImageBuilder(this, 'ImageBuilder', { models: names.buckets.models(config.account) })

    publish(this, 'data', 'database-host', database.host)
    publish(this, 'data', 'database-secret-arn', secrets.databaseMaster.secretArn)
    publish(this, 'data', 'cache-host', cache.host)
    publish(this, 'data', 'app-key-arn', secrets.appKey.secretArn)
    publish(this, 'data', 'oauth-arn', secrets.oauth.secretArn)
    publish(this, 'data', 'redis-auth-token-arn', secrets.redisAuthToken.secretArn)

    const cdn =
      config.mediaPublicKey === undefined
        ? undefined
        : new MediaCdn(this, 'Cdn', { media: buckets.media, publicKeyPem: config.mediaPublicKey })
    publish(this, 'data', 'media-host', cdn?.host ?? buckets.media.bucketRegionalDomainName)
    publish(this, 'data', 'media-key-pair', cdn?.keyPairId ?? 'none')
    publish(this, 'data', 'media-signing-key-arn', secrets.mediaSigningKey?.secretArn ?? 'none')
  }
}

/** Where pages come from. Without a domain the load balancer's own name, whose number is not known beforehand. */
function appOrigin({ domain, certificateArn, region }: Config): string {
  if (domain === undefined) return `http://${names.loadBalancer}-*.${region}.elb.amazonaws.com`
  return certificateArn === undefined ? `http://${domain}` : `https://${domain}`
}
