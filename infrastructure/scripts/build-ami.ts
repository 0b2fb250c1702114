#!/usr/bin/env node
/** Builds the image of a fleet's machines from the public one. */
import { amiFlags, openAmi } from '../lib/operate/ami-flags.ts'
import { buildAmi } from '../lib/operate/make-ami.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'

const script: Script = {
  name: 'build-ami',
  summary:
    'Builds an image with Packer, boots it once, and points the fleet to it only when it finds itself sound.',
  options: amiFlags,
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const { clouds, order } = openAmi(flags, process.env, show)
  const made = await buildAmi(clouds, order, say)
  const next = made.isActive
    ? 'Next: bake-ami.yml for its models, or apply-gpu-fleet-config.yml.'
    : 'The fleet does not point to it.'
  return { line: `${made.imageId} is sound: ${made.selfTest}. ${next}`, data: { ...made } }
})
