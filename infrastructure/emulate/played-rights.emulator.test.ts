/** Workflows with nothing but the rights of their role, while the emulator checks identities and policies. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { coreStacks } from '../lib/operate/core-stacks.ts'
import { playWorkflow } from './play-workflow.ts'
import { startEmulator, type Emulator } from './start-emulator.ts'
import { aws, Installation, run } from './testing/installation.ts'

const fleet = { fleet_stage: 'staging', fleet_slug: 'portraits' }
const document = {
  stage: 'staging',
  slug: 'portraits',
  template: 'gpu-24gb',
  instance_types: ['g6.xlarge'],
  max: 1,
}
let emulator: Emulator
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-rights-'))
  emulator = await startEmulator({ folder: join(folder, 'emulator'), ssl: true })
  const installation = await Installation.synthesize(emulator, join(folder, 'app'))
  await installation.bootstrap()
  await installation.deploy(names.stacks.cicd)
  for (const stack of coreStacks.slice(1)) await installation.deploy(stack)
  const name = names.parameters.desiredConfig('staging', 'portraits')
  await aws(emulator, 'ssm put-parameter', {
    name,
    type: 'String',
    value: JSON.stringify(document),
  })
  // By a process of its own, which trusts the emulator's certificate.
  const ask = `fetch(process.env.AWS_ENDPOINT_URL + '/_bp/auth', { method: 'POST', body: '{"on":true}' })`
  const { code, said } = await run(emulator, process.execPath, [
    '--eval',
    `${ask}.then(answer => process.exit(answer.ok ? 0 : 1))`,
  ])
  if (code !== 0) throw new Error(said)
}, 180_000)
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const play = (workflow: string, inputs: Readonly<Record<string, string>>, environment: string) =>
  playWorkflow({
    workflow,
    inputs,
    env: emulator.env,
    vars: {
      BP_AWS_ACCOUNT_ID: emulator.account,
      BP_AWS_REGION: emulator.region,
      BP_INFRA_CONFIG_JSON: '{"alert_email":"ops@example.com","budget_usd_month":1}',
    },
    claims: { sub: `repo:acme@1/bp@2:environment:${environment}`, repository_id: '2' },
  })

it('a fleet is provisioned, applied and destroyed with the rights of its role', async () => {
  const provisioned = await play('provision-gpu-fleet.yml', fleet, 'staging')
  expect(provisioned.ok, provisioned.log).toBe(true)
  const applied = await play(
    'apply-gpu-fleet-config.yml',
    { ...fleet, confirm: 'portraits' },
    'staging',
  )
  expect(applied.ok, applied.log).toBe(true)
  const destroyed = await play(
    'destroy-gpu-fleet.yml',
    { ...fleet, confirm: 'portraits' },
    'staging',
  )
  expect(destroyed.ok, destroyed.log).toBe(true)
}, 400_000)

it('nobody takes the role of the database from the environment of staging', async () => {
  const { ok, log } = await play('db-migrate.yml', { mode: 'status' }, 'staging')
  expect(ok).toBe(false)
  expect(log).toContain('AccessDenied')
}, 60_000)

it('a core stack is deployed with the rights of its role, which are only those of the bootstrap', async () => {
  const inputs = { stacks: names.stacks.network, image_bootstrap: 'true' }
  const { ok, log } = await play('deploy-infrastructure.yml', inputs, 'production')
  expect(ok, log).toBe(true)
  expect(log).toContain(`Deployed: ${names.stacks.network}.`)
  expect(log).not.toContain('Not as arn:aws:iam')
}, 300_000)
