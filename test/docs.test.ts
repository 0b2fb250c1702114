/** The pages of the operator name only what is there: a renamed thing breaks a test, not the operator. */
import { describe, expect, it } from 'vitest'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { readKnown } from './pages/known.ts'
import { pageFaults } from './pages/page-faults.ts'
import { commandsIn } from './pages/shell-commands.ts'
import { files, text } from './tree.ts'

const known = readKnown()
const guide = 'docs/DAY1_OPERATOR.md'
const pages = [
  guide,
  'docs/recreate-infrastructure.md',
  'docs/aws-full-reset-single-system.md',
  ...files('docs/runbooks'),
]

describe('what pages may name', () => {
  it('is read from where it is made', () => {
    expect(known.names).toContain('asg-production-portraits-od')
    expect(known.names).toContain('bp-p2-backend-deploy-errors')
    expect(known.names).toContain('bp-p2-metrics-missing-staging-portraits')
    expect(known.paths).toContain('/bp/compute/api-url')
    expect(known.paths).toContain('/bp/fleets/staging/portraits/active_bundle')
    expect(known.workflows.get('db-migrate.yml')?.get('mode')).toEqual(['apply', 'status'])
    expect(known.verbs.get('bp secrets sync')).toContain('--rotate')
    expect(known.flagsOf('infrastructure/scripts/run-task.ts')).toContain('--revision')
  })
})

describe('the pages of the operator', () => {
  it.each(pages)('%s names only what is there', path => {
    expect(pageFaults(path, text(path), known, text)).toEqual([])
  })

  it('tell every stack, path, log group, workflow and script of the customer, stacks in their order', () => {
    const page = text(guide)
    const { secrets, parameters, stacks, logGroups, services } = names
    const generic = (name: string) =>
      name.replace('portraits', '<slug>').replace('staging', '<stage>')
    const wanted = [
      ...stages.words.map(parameters.fleetSecret),
      ...[parameters.ami, parameters.desiredConfig, parameters.activeBundle, stacks.gpuFleet].map(
        of => generic(of('staging', 'portraits')),
      ),
      ...[names.autoScalingGroup, names.launchTemplate].map(of =>
        generic(of('staging', 'portraits')),
      ),
      secrets.appKey,
      secrets.oauth,
      logGroups.backend,
      logGroups.frontend,
      generic(logGroups.workers('portraits')),
      services.backend,
      services.frontend,
      '/api/up',
      'QueueDepth',
      'ActiveWorkers',
      'npx cdk bootstrap',
      'deploy.yml',
      'db-migrate.yml',
      'provision-gpu-fleet.yml',
      'build-ami.yml',
      'bake-ami.yml',
      'infrastructure/scripts/sync-env-to-aws.ps1',
      'recreate-infrastructure.md',
      'aws-full-reset-single-system.md',
    ]
    expect(wanted.filter(name => !page.includes(name))).toEqual([])
    const { gpuFleet: _fleet, ...core } = stacks
    const places = Object.values(core).map(stack => page.indexOf(`npx cdk deploy ${stack} `))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('are looked through: each kind of renamed thing is found', () => {
    const seeded: readonly (readonly [string, string])[] = [
      ['`bp-gpu-sharde`', 'nothing is called bp-gpu-sharde'],
      ['`asg-<stage>-<slug>-spot`', 'nothing is called asg-production-portraits-spot'],
      ['`bp-p2-no-such-thing`', 'nothing is called bp-p2-no-such-thing'],
      ['`/bp/laravel/key`', 'nothing lies at /bp/laravel/key'],
      [
        '`/bp/fleets/$STAGE/$SLUG/config`',
        'nothing lies at /bp/fleets/production/portraits/config',
      ],
      ['`/ecs/bp-worker`', 'nothing lies at /ecs/bp-worker'],
      ['`/bp/compute/url`', 'nothing lies at /bp/compute/url'],
      ['`release.yml`', 'there is no workflow release.yml'],
      ['`infrastructure/scripts/sync.ps1`', 'there is no file infrastructure/scripts/sync.ps1'],
      ['`npx bp secret sync`', 'there is no verb "bp secret sync"'],
      ['`npx bp secrets sync --force`', 'bp secrets sync has no --force'],
      ['`BucketsMedia00000000`', 'no stack keeps BucketsMedia00000000'],
      ['[x](nowhere.md)', 'nowhere.md leads nowhere'],
      ['[x](DAY1_OPERATOR.md#step-12)', 'DAY1_OPERATOR.md#step-12 has no such heading'],
      ['```bash\nterraform apply\n```', 'nobody knows the command terraform'],
      ['```sh\nls\n```', 'a block is written in "sh"'],
      [
        '```bash\ngh workflow run deploy.yml -f service=all\n```',
        'deploy.yml has no input service',
      ],
      [
        '```bash\ngh workflow run deploy.yml -f services=web\n```',
        'deploy.yml takes no services=web',
      ],
      [
        '```bash\nnode infrastructure/scripts/run-task.ts --name x\n```',
        'infrastructure/scripts/run-task.ts has no --name',
      ],
      [
        '```bash\naws logs tail "$(node infrastructure/scripts/x.ts)"\n```',
        'there is no script infrastructure/scripts/x.ts',
      ],
    ]
    for (const [page, fault] of seeded)
      expect(pageFaults('docs/x.md', page, known, text)).toContain(fault)
    expect(pageFaults('docs/x.md', '```bash\nfor x in 1; do\n```', known, text)[0]).toMatch(
      /^bash cannot read a block/,
    )
  })
})

describe('links of all other pages', () => {
  const others = files()
    .filter(path => path.endsWith('.md') && !pages.includes(path))
    .filter(path => path !== 'docs/decisions/0000-template.md')
  it.each(others)('%s', path => {
    const faults = pageFaults(path, text(path), known, text)
    expect(faults.filter(fault => /leads nowhere|no such heading/.test(fault))).toEqual([])
  })
})

describe('the thin doors', () => {
  const doors = ['sync-env-to-aws.sh', 'sync-env-to-aws.ps1']
  it.each(doors)('%s only calls bp secrets sync, with all it was given', name => {
    const lines = text(`infrastructure/scripts/${name}`)
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
    expect(lines.length).toBeLessThanOrEqual(4)
    expect(lines.join('\n')).toMatch(/apps\/cli\/bin\/bp\.ts['")]* secrets sync ("\$@"|@args)$/m)
  })
})

it('words of a script are found as a shell finds them', () => {
  const script = [
    '# a comment',
    'export A=1 B=$(one two)',
    'C=3 three \'a b\' "c $(four \\"x\\") d" > file # more',
    'for x in a b; do five $x && six; done',
    'f() { seven | eight; }',
    'nine <<END',
    'not a command $(ten)',
    'END',
    'eleven \\',
    '  twelve',
  ]
  expect(commandsIn(script.join('\n')).map(words => words.join(' '))).toEqual([
    'one two',
    'export A=1 B=$(…)',
    'four "x"',
    'three a b c $(…) d',
    'for x in a b',
    'five $x',
    'six',
    'done',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven twelve',
  ])
})
