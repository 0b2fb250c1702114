#!/usr/bin/env node
/** Deploys the core stacks in the guide's order, one at a time. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { SSMClient } from '@aws-sdk/client-ssm'
import { asBootstrapRole } from '../lib/operate/bootstrap-role.ts'
import { openAssembly } from '../lib/operate/cdk.ts'
import { stacksOf } from '../lib/operate/core-stacks.ts'
import { deployStacks } from '../lib/operate/deploy-stacks.ts'
import { installationFile, loadInstallation, regionOf } from '../lib/operate/installation.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'
import { tellPage } from '../lib/operate/workflow-files.ts'

const script: Script = {
  name: 'deploy-stacks',
  summary:
    'Deploys core stacks in the order of the guide, one at a time; the differences go to the page of the run first.',
  options: {
    stacks: { fallback: 'all', about: 'all, or some with commas between them' },
    'image-bootstrap': {
      fallback: 'false',
      oneOf: ['true', 'false'],
      about: 'write none to image pointers that are gone',
    },
    'diff-only': { isSwitch: true, about: 'tell the differences, change nothing' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const stacks = stacksOf(flags.text('stacks'))
  const region = regionOf(process.env)
  const { account } = loadInstallation(process.env)
  const credentials = await asBootstrapRole('deploy', { account, region }, say)
  const cloudformation = new CloudFormationClient({ region, ...credentials })
  await using assembly = await openAssembly(process.env, installationFile(process.env), show)
  const deployed = await deployStacks(
    { cloudformation, ssm: new SSMClient({ region }), assembly },
    {
      stacks,
      isDiffOnly: flags.isOn('diff-only'),
      makesPointers: flags.text('image-bootstrap') === 'true',
    },
    say,
    markdown => {
      process.stderr.write(`${markdown}\n`)
      tellPage(process.env, markdown)
    },
  )
  const line = deployed.length === 0 ? 'Nothing was changed.' : `Deployed: ${deployed.join(', ')}.`
  return { line, data: { deployed } }
})
