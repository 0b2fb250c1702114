import { names } from '@bp/contracts/names'
import type { BpStack } from './bp-stack.ts'
import { ports } from './shared-network.ts'
import { shareOf } from './shared.ts'
import { WebService, type ServiceProps } from './web-service.ts'

/** Serves the pages. It knows nobody: no secret, no right. */
export class FrontendService extends WebService {
  constructor(stack: BpStack, id: string, props: ServiceProps) {
    const bucketHost = (bucket: string) => `https://${bucket}.s3.${stack.region}.amazonaws.com`
    const media = bucketHost(names.buckets.media(props.config.account))
    const models = bucketHost(names.buckets.models(props.config.account))
    super(stack, id, {
      ...props,
      kind: 'frontend',
      environment: {
        PORT: String(ports.frontend),
        BP_MEDIA_ORIGINS: `https://${shareOf(stack, 'data', 'media-host')} ${media}`,
        BP_UPLOAD_ORIGINS: `${media} ${models}`,
      },
      secrets: {},
    })
  }
}
