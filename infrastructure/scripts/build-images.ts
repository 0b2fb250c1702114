#!/usr/bin/env node
/** Builds the images of the services for arm64, without pushing them. */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { buildImage, findBuilder } from '../lib/operate/image-builder.ts'
import { checkTag } from '../lib/operate/image-in-registry.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'
import { servicesOf } from '../lib/operate/services-flag.ts'

const script: Script = {
  name: 'build-images',
  summary:
    'Builds the images of the services for arm64 with docker or buildah, and writes what is in each as CycloneDX.',
  options: {
    services: { fallback: 'all', about: 'all, or some of backend,frontend' },
    tag: { isRequired: true, about: 'tag of the images: the commit they are built from' },
    out: { fallback: 'cdk.out/images', about: 'folder for the lists of parts' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const services = servicesOf(flags.text('services'))
  const tag = checkTag(flags.text('tag'))
  const out = resolve(flags.text('out'))
  const builder = findBuilder()
  await mkdir(out, { recursive: true })
  for (const service of services)
    await buildImage(builder, { service, tag, out }, { env: process.env, show }, say)
  return {
    line: `Built ${services.join(', ')} as ${tag} with ${builder}.`,
    data: { services, tag, builder, out },
  }
})
