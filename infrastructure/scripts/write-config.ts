#!/usr/bin/env node
/** Puts the configuration that a workflow is given where the later steps look for it. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../lib/config/config.ts'
import { OperateFault } from '../lib/operate/fault.ts'
import { runScript, type Script } from '../lib/operate/script.ts'

const script: Script = {
  name: 'write-config',
  summary:
    'Checks the JSON in CONFIG, the repository variable BP_INFRA_CONFIG_JSON, and sets BP_INFRA_CONFIG to a file with it for the later steps.',
  options: {},
}

const remedy =
  'Set the repository variable BP_INFRA_CONFIG_JSON to the content of your infrastructure/config.json.'

process.exitCode = await runScript(script, process.argv.slice(2), async () => {
  const { CONFIG = '', RUNNER_TEMP, GITHUB_ENV, BP_AWS_ACCOUNT_ID, BP_AWS_REGION } = process.env
  if (CONFIG.trim() === '') throw new OperateFault('usage', 'CONFIG is empty.', remedy)
  let given: unknown
  try {
    given = JSON.parse(CONFIG)
  } catch (error) {
    throw new OperateFault('usage', 'CONFIG is no JSON.', remedy, error)
  }
  if (typeof given !== 'object' || given === null)
    throw new OperateFault('usage', 'CONFIG is no JSON object.', remedy)
  const document = {
    ...(BP_AWS_ACCOUNT_ID !== undefined && { account: BP_AWS_ACCOUNT_ID }),
    ...(BP_AWS_REGION !== undefined && { region: BP_AWS_REGION }),
    ...given,
  }
  const { shapeName, region } = readConfig(document)
  const file = join(RUNNER_TEMP ?? tmpdir(), 'bp-infra-config.json')
  writeFileSync(file, JSON.stringify(document))
  if (GITHUB_ENV !== undefined) appendFileSync(GITHUB_ENV, `BP_INFRA_CONFIG=${file}\n`)
  return { line: `${file}: ${shapeName}, ${region}`, data: { file } }
})
