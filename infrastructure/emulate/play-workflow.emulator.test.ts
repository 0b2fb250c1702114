import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { playWorkflow, type Play } from './play-workflow.ts'
import { startEmulator, type Emulator } from './start-emulator.ts'

let emulator: Emulator
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-play-test-'))
  emulator = await startEmulator({ folder })
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const play = (workflow: string, inputs: Play['inputs']): Play => ({
  workflow,
  inputs,
  env: emulator.env,
  vars: {
    BP_AWS_ACCOUNT_ID: emulator.account,
    BP_AWS_REGION: emulator.region,
    BP_INFRA_CONFIG_JSON: JSON.stringify({
      alert_email: 'ops@example.com',
      budget_usd_month: 100,
    }),
  },
})
const noFleet = { fleet_stage: 'staging', fleet_slug: 'portraits', confirm: 'portraits' }

it('a workflow is played step by step, with its inputs, its configuration and its role', async () => {
  const { ok, log } = await playWorkflow(play('destroy-gpu-fleet.yml', noFleet))
  expect(log).toContain('bp-infra-config.json: recommended, us-east-1')
  expect(log).toContain(`took arn:aws:iam::${emulator.account}:role/bp-gha-fleet`)
  expect(log).toContain('There was no stack of staging/portraits.')
  expect(ok, log).toBe(true)
})

it('a step that refuses fails the workflow, with code and remedy in its log', async () => {
  const { ok, log } = await playWorkflow(play('db-migrate.yml', { mode: 'status' }))
  expect(ok).toBe(false)
  expect(log).toContain('[no_service]')
  expect(log).toContain('npx cdk deploy bp-compute --exclusively')
})

it('what a person typed is never a command', async () => {
  const fleet_slug = `x$(touch ${folder}/broken); touch ${folder}/broken`
  const { ok, log } = await playWorkflow(play('destroy-gpu-fleet.yml', { ...noFleet, fleet_slug }))
  expect(ok).toBe(false)
  expect(log).toContain('[bad_slug]')
  expect(await readdir(folder)).not.toContain('broken')
})
