import { createHash } from 'node:crypto'
import {
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  GetAuthorizationTokenCommand,
  InitiateLayerUploadCommand,
  LayerAlreadyExistsException,
  PutImageCommand,
  UploadLayerPartCommand,
  type ECRClient,
} from '@aws-sdk/client-ecr'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import { localName, type Builder } from './image-builder.ts'
import { hasImage } from './image-in-registry.ts'
import type { Say } from './script.ts'
import type { ServiceName } from './service.ts'
import { runTool, type Show } from './tool.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface Pushed {
  readonly service: ServiceName
  readonly tag: string
}

const loginMsMax = 60_000
const pushMsMax = 900_000

/** Logs the builder in. The password goes through its standard input. Answers the registry's host. */
export async function logIn(
  ecr: ECRClient,
  builder: Builder,
  { env, show }: { readonly env: Environment; readonly show: Show },
): Promise<string> {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand())
  const { authorizationToken = '', proxyEndpoint = '' } = authorizationData[0] ?? {}
  const [user = '', password = ''] = Buffer.from(authorizationToken, 'base64').toString().split(':')
  const registry = proxyEndpoint.replace(/^https?:\/\//, '')
  const { status } = await runTool(
    builder,
    ['login', '--username', user, '--password-stdin', registry],
    { env, show, withinMs: loginMsMax, input: password },
  )
  if (status === 0) return registry
  throw new OperateFault(
    'tool_failed',
    `${builder} could not log in to ${registry}.`,
    'What it said stands above.',
  )
}

/** Pushes one image under its tag. A tag that is there already is left as it is: tags never move. */
export async function pushImage(
  {
    ecr,
    builder,
    registry,
    env,
    show,
  }: {
    readonly ecr: ECRClient
    readonly builder: Builder
    readonly registry: string
    readonly env: Environment
    readonly show: Show
  },
  { service, tag }: Pushed,
  say: Say,
): Promise<void> {
  if (await hasImage(ecr, service, tag)) {
    say(`bp-${service}: ${tag} is there already.`)
    return
  }
  const remote = `${registry}/${names.repositories[service]}:${tag}`
  const calls = [
    ['tag', localName(service, tag), remote],
    ['push', remote],
  ]
  for (const args of calls) {
    const { status } = await runTool(builder, args, {
      env,
      show,
      withinMs: pushMsMax,
      showsOutput: true,
    })
    if (status !== 0)
      throw new OperateFault(
        'tool_failed',
        `${builder} ${args[0] ?? ''} failed for ${remote}.`,
        'What it said stands above.',
      )
  }
  say(`bp-${service}: ${tag} is pushed.`)
}

const sbomType = 'application/vnd.cyclonedx+json'
const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const emptyType = 'application/vnd.oci.empty.v1+json'

/**
 * Puts an image's list of parts beside it, as an artifact of its own that refers to the image. Its tag, `sbom-<tag>`, is
 * immutable like the image's: one that is there is left as it is.
 */
export async function pushSbom(
  ecr: ECRClient,
  { service, tag }: Pushed,
  sbom: Uint8Array,
  say: Say,
): Promise<void> {
  const repositoryName = names.repositories[service]
  const imageTag = `sbom-${tag}`
  if (await hasImage(ecr, service, imageTag)) return
  const { images = [] } = await ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: tag }] }),
  )
  const [image] = images
  if (image?.imageManifest === undefined) throw new Error(`no manifest of ${repositoryName}:${tag}`)
  const config = await upload(ecr, repositoryName, Buffer.from('{}'))
  const layer = await upload(ecr, repositoryName, sbom)
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: sbomType,
    config: { mediaType: emptyType, ...config },
    layers: [{ mediaType: sbomType, ...layer }],
    subject: {
      mediaType: image.imageManifestMediaType ?? manifestType,
      ...describe(Buffer.from(image.imageManifest)),
    },
  }
  await ecr.send(
    new PutImageCommand({
      repositoryName,
      imageTag,
      imageManifest: JSON.stringify(manifest),
      imageManifestMediaType: manifestType,
    }),
  )
  say(`bp-${service}: ${imageTag} lies beside it.`)
}

const describe = (bytes: Uint8Array) => ({
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.length,
})

/** Brings one blob in, in one part: what is brought here is far below a part's bound of 20 MiB. */
async function upload(ecr: ECRClient, repositoryName: string, bytes: Uint8Array) {
  const { digest, size } = describe(bytes)
  const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }))
  await ecr.send(
    new UploadLayerPartCommand({
      repositoryName,
      uploadId,
      partFirstByte: 0,
      partLastByte: size - 1,
      layerPartBlob: bytes,
    }),
  )
  try {
    await ecr.send(
      new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }),
    )
  } catch (error) {
    if (!(error instanceof LayerAlreadyExistsException)) throw error
  }
  return { digest, size }
}
