#!/usr/bin/env node
/** Pushes built images with their lists of parts, and waits for the registry's scan. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ECRClient } from '@aws-sdk/client-ecr'
import { findBuilder } from '../lib/operate/image-builder.ts'
import { checkTag, demandCleanScan } from '../lib/operate/image-in-registry.ts'
import { numberOf } from '../lib/operate/number-of.ts'
import { logIn, pushImage, pushSbom } from '../lib/operate/push-images.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'
import { servicesOf } from '../lib/operate/services-flag.ts'

const script: Script = {
  name: 'push-images',
  summary:
    'Pushes the images that build-images has built, each under its immutable tag, and refuses one in which the registry finds something critical.',
  options: {
    services: { fallback: 'all', about: 'all, or some of backend,frontend' },
    tag: { isRequired: true, about: 'tag of the images: the commit they were built from' },
    out: { fallback: 'cdk.out/images', about: 'folder with the lists of parts' },
    'scan-minutes': { fallback: '5', about: 'bound of the scan' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const services = servicesOf(flags.text('services'))
  const tag = checkTag(flags.text('tag'))
  const withinMs =
    numberOf('scan-minutes', flags.text('scan-minutes'), { min: 0, max: 30 }) * 60_000
  const ecr = new ECRClient()
  const builder = findBuilder()
  const host = { env: process.env, show }
  const to = { ecr, builder, registry: await logIn(ecr, builder, host), ...host }
  for (const service of services) {
    await pushImage(to, { service, tag }, say)
    const sbom = await readFile(join(flags.text('out'), `sbom-${service}.json`))
    await pushSbom(ecr, { service, tag }, sbom, say)
  }
  const patience = { everyMs: 5_000, withinMs }
  for (const service of services) await demandCleanScan(ecr, { service, tag }, patience, say)
  return { line: `Pushed ${services.join(', ')} as ${tag}.`, data: { services, tag } }
})
