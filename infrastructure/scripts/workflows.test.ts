import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}/.github/workflows`

const Input = z.strictObject({
  description: z.string().min(1),
  type: z.enum(['string', 'boolean', 'choice']),
  options: z.array(z.string()).optional(),
  default: z.union([z.string(), z.boolean()]).optional(),
  required: z.boolean().optional(),
})
const Step = z.strictObject({
  id: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
})
const Job = z.strictObject({
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  'runs-on': z.literal('ubuntu-latest'),
  environment: z.string(),
  'timeout-minutes': z.number().int().max(60),
  outputs: z.record(z.string(), z.string()).optional(),
  steps: z.array(Step),
})
/** All that a workflow of an operator may have; another key is a fault until this knows it. */
const Workflow = z.strictObject({
  name: z.string(),
  'run-name': z.string(),
  on: z.strictObject({
    workflow_dispatch: z.strictObject({ inputs: z.record(z.string(), Input) }),
  }),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.literal(false) }),
  jobs: z.record(z.string(), Job),
})

const textOf = (file: string): string => readFileSync(`${folder}/${file}`, 'utf8')
const files = readdirSync(folder).filter(file => file !== 'ci.yml')
const workflows = files.map(file => {
  const workflow = Workflow.parse(parse(textOf(file)))
  const jobs = Object.values(workflow.jobs)
  return { file, ...workflow, jobs, steps: jobs.flatMap(job => job.steps) }
})
type Found = (typeof workflows)[number]
const isOfFleet = ({ on }: Found): boolean => 'fleet_stage' in on.workflow_dispatch.inputs

/** What the guide and the table of workflows say: display name, inputs, role of each job. */
const expected: Readonly<
  Record<string, { name: string; inputs: readonly string[]; roles: readonly string[] }>
> = {
  'deploy-infrastructure.yml': {
    name: 'Deploy infrastructure',
    inputs: ['stacks', 'image_bootstrap'],
    roles: [names.roles.infrastructure],
  },
  'deploy.yml': {
    name: 'Deploy',
    inputs: ['services', 'run_migrations', 'tag'],
    roles: [names.roles.deploy, names.roles.deploy, names.roles.database, names.roles.deploy],
  },
  'db-migrate.yml': { name: 'DB Migrate', inputs: ['mode'], roles: [names.roles.database] },
  'db-seed.yml': { name: 'DB Seed', inputs: ['set'], roles: [names.roles.database] },
  'provision-gpu-fleet.yml': {
    name: 'Provision GPU fleet',
    inputs: ['fleet_stage', 'fleet_slug'],
    roles: [names.roles.fleet],
  },
  'apply-gpu-fleet-config.yml': {
    name: 'Apply GPU fleet config',
    inputs: ['fleet_stage', 'fleet_slug', 'confirm'],
    roles: [names.roles.fleet],
  },
  'destroy-gpu-fleet.yml': {
    name: 'Destroy GPU fleet',
    inputs: ['fleet_stage', 'fleet_slug', 'confirm'],
    roles: [names.roles.fleet],
  },
  'build-ami.yml': {
    name: 'Build AMI',
    inputs: ['fleet_stage', 'fleet_slug', 'activate', 'instance_type'],
    roles: [names.roles.ami],
  },
  'bake-ami.yml': {
    name: 'Bake AMI',
    inputs: ['fleet_stage', 'fleet_slug', 'bundle', 'activate', 'instance_type'],
    roles: [names.roles.ami],
  },
}

it('there are the workflows of the guide, by file and by name', () => {
  expect(
    Object.fromEntries(
      workflows.map(({ file, name, on, steps }) => [
        file,
        {
          name,
          inputs: Object.keys(on.workflow_dispatch.inputs),
          roles: steps.flatMap(step => {
            const [, role] = /:role\/(.+)$/.exec(String(step.with?.['role-to-assume'])) ?? []
            return role ?? []
          }),
        },
      ]),
    ),
  ).toEqual(expected)
})

describe.each(workflows)('$file', workflow => {
  const { on, permissions, concurrency, jobs, steps } = workflow

  it('may read the repository and ask for its token, and nothing else', () => {
    expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' })
  })

  it('runs once at a time for what it works on', () => {
    expect(concurrency.group).toBe(
      isOfFleet(workflow)
        ? 'bp-${{ inputs.fleet_stage }}-${{ inputs.fleet_slug }}'
        : 'bp-production-core',
    )
  })

  it('runs in the environment of its stage', () => {
    const environment = isOfFleet(workflow) ? '${{ inputs.fleet_stage }}' : 'production'
    expect(jobs.map(job => job.environment)).toEqual(jobs.map(() => environment))
    const stage = on.workflow_dispatch.inputs['fleet_stage']
    if (stage === undefined) return
    expect(stage).toMatchObject({ type: 'choice', required: true })
    expect(stage.options?.toSorted()).toEqual([...stages.words].toSorted())
  })

  it('lets no text of a person into a shell but through the environment, and has no long step', () => {
    for (const { run } of steps) {
      expect(run ?? '').not.toContain('${{')
      expect((run ?? '').trim().split('\n').length).toBeLessThanOrEqual(3)
    }
  })

  it('takes its role after what it needs is installed, and keeps no token of the repository', () => {
    for (const job of jobs) {
      const order = job.steps.map(
        ({ uses, run }) => uses?.replace(/@.*/, '') ?? run?.split(' ').slice(0, 2).join(' '),
      )
      expect(order.slice(0, 3)).toEqual([
        'actions/checkout',
        'actions/setup-node',
        'node tools/ensure-installed.cjs',
      ])
      expect(order.filter(step => step === 'aws-actions/configure-aws-credentials')).toHaveLength(1)
      expect(job.steps[0]?.with).toEqual({ 'persist-credentials': false })
    }
  })

  it('quotes every variable of a step, and gives each', () => {
    for (const { run = '', env } of steps) {
      const used = [...run.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name = '']) => name)
      expect([...run.matchAll(/"\$[A-Z_]+"/g)]).toHaveLength(used.length)
      if (/write-config/.test(run)) continue
      expect(Object.keys(env).toSorted()).toEqual([...new Set(used)].toSorted())
    }
  })

  it('names what it works on in the title of its run', () => {
    const named = [...workflow['run-name'].matchAll(/inputs\.(\w+)/g)].map(([, name]) => name)
    expect(named).toEqual(
      expect.arrayContaining(isOfFleet(workflow) ? ['fleet_stage', 'fleet_slug'] : []),
    )
  })
})

it('every action of every workflow is pinned to a commit, with its version beside it', () => {
  const pins = new Map<string, Set<string>>()
  for (const file of readdirSync(folder)) {
    const uses = [...textOf(file).matchAll(/uses: (.*)/g)].map(([, text = '']) => text)
    for (const text of uses) {
      expect(text, file).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      const [action = '', pin = ''] = text.split('@')
      pins.set(action, (pins.get(action) ?? new Set()).add(pin))
    }
  }
  // One commit of each, so that a newer one is brought everywhere at once.
  for (const [action, of] of pins) expect([...of], action).toHaveLength(1)
})

describe('every script that a workflow starts', () => {
  const calls = workflows.flatMap(({ file, steps }) =>
    steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/node (infrastructure\/scripts\/\S+\.ts)(.*)/g)].map(
        ([, script = '', rest = '']) => ({
          file,
          script,
          flags: [...rest.matchAll(/--[a-z-]+/g)].map(([flag]) => flag),
        }),
      ),
    ),
  )
  const scripts = [...new Set(calls.map(({ script }) => script))]

  it.each(scripts)(
    '%s is there, and its help names every flag that it is given',
    script => {
      expect(existsSync(`${root}/${script}`)).toBe(true)
      const { status, stdout } = spawnSync(process.execPath, [script, '--help'], {
        cwd: root,
        encoding: 'utf8',
        env: {},
      })
      expect(status).toBe(0)
      const known = new Set([...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag))
      for (const call of calls.filter(one => one.script === script))
        expect(
          call.flags.filter(flag => !known.has(flag)),
          call.file,
        ).toEqual([])
    },
    60_000,
  )
})
