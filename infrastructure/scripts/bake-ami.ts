#!/usr/bin/env node
/** Adds the models of a bundle to the image of a fleet's machines. */
import { names } from '@bp/contracts/names'
import { amiFlags, openAmi } from '../lib/operate/ami-flags.ts'
import { loadInstallation } from '../lib/operate/installation.ts'
import { bakeAmi } from '../lib/operate/make-ami.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'

const script: Script = {
  name: 'bake-ami',
  summary:
    'Adds the models of a bundle to the fleet’s image with Packer, boots it once, and points the fleet to it only when it finds itself sound.',
  options: {
    ...amiFlags,
    bundle: { about: 'id of the bundle; without it the active one of the fleet' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const { clouds, order } = openAmi(flags, process.env, show)
  const { account } = loadInstallation(process.env)
  const models = { bundle: flags.maybe('bundle'), modelsBucket: names.buckets.models(account) }
  const made = await bakeAmi(clouds, order, models, say)
  const next = made.isActive
    ? 'Next: apply-gpu-fleet-config.yml.'
    : 'The fleet does not point to it.'
  return { line: `${made.imageId} is sound: ${made.selfTest}. ${next}`, data: { ...made } }
})
