/** What the scripts decide, without anything around it. */
import { describe, expect, it } from 'vitest'
import { isOwn } from './ami-pointer.ts'
import { isConfirmed } from './apply-fleet-config.ts'
import { coreStacks, stacksOf } from './core-stacks.ts'
import { commandOf } from './database-tasks.ts'
import { readDesiredConfig } from './desired-config.ts'
import { surplus } from './fleet-images.ts'
import { buildArgs } from './image-builder.ts'
import { checkTag } from './image-in-registry.ts'
import { needsOf, vcpusOf } from './machine-types.ts'
import { imageName } from './make-ami.ts'
import { isAboutDeploy, newlyRinging } from './quiet-alarms.ts'
import { rollout } from './release.ts'
import { closureOf } from './sbom.ts'
import { findSelfTest } from './self-test-line.ts'
import { stackFault } from './stack-state.ts'
import { tagOf, withTag } from './task-revision.ts'

describe('a stack', () => {
  it.each([
    undefined,
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'REVIEW_IN_PROGRESS',
  ])('in %s can be deployed', status => {
    expect(stackFault('bp-data', status)).toBeUndefined()
  })

  it.each([
    ['ROLLBACK_COMPLETE', 'stack_in_rollback', 'delete-stack --stack-name bp-data'],
    ['ROLLBACK_FAILED', 'stack_in_rollback', 'delete-stack'],
    ['DELETE_FAILED', 'stack_in_rollback', 'delete-stack'],
    ['UPDATE_ROLLBACK_FAILED', 'stack_in_rollback', 'continue-update-rollback'],
    ['UPDATE_IN_PROGRESS', 'stack_busy', 'describe-stacks'],
    ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'stack_busy', 'describe-stacks'],
  ])('in %s is refused as %s, with the command that helps', (status, code, command) => {
    const fault = stackFault('bp-data', status)
    expect(fault).toMatchObject({ code, remedy: expect.stringContaining(command) })
  })

  it('is chosen by name, and deployed in the order of the guide', () => {
    expect(stacksOf('all')).toEqual(coreStacks)
    expect(stacksOf('bp-compute, bp-network')).toEqual(['bp-network', 'bp-compute'])
    expect(() => stacksOf('bp-gpu-fleet-staging-x')).toThrow('no core stack')
  })
})

describe('a revision of a task', () => {
  const definition = {
    taskDefinitionArn: 'arn:x:7',
    revision: 7,
    status: 'ACTIVE' as const,
    family: 'bp-backend',
    cpu: '1024',
    runtimePlatform: { cpuArchitecture: 'ARM64' as const },
    containerDefinitions: [
      {
        name: 'backend',
        image: '1.dkr.ecr.us-east-1.amazonaws.com/bp-backend:aaaaaaa',
        environment: [{ name: 'BP_COMMIT', value: 'aaaaaaa' }],
        secrets: [{ name: 'BP_APP_KEY', valueFrom: 'arn:secret' }],
      },
    ],
  }

  it('keeps all but the image, and what only AWS may say', () => {
    const next = withTag(definition, 'bbbbbbb')
    expect(next).not.toHaveProperty('revision')
    expect(next).not.toHaveProperty('taskDefinitionArn')
    expect(next).toMatchObject({
      family: 'bp-backend',
      cpu: '1024',
      runtimePlatform: { cpuArchitecture: 'ARM64' },
    })
    expect(next.containerDefinitions).toEqual([
      {
        name: 'backend',
        image: '1.dkr.ecr.us-east-1.amazonaws.com/bp-backend:bbbbbbb',
        environment: [{ name: 'BP_COMMIT', value: 'bbbbbbb' }],
        secrets: [{ name: 'BP_APP_KEY', valueFrom: 'arn:secret' }],
      },
    ])
    expect(tagOf(definition)).toBe('aaaaaaa')
  })

  it('with a second container is not ours', () => {
    const [one] = definition.containerDefinitions
    const two = { ...definition, containerDefinitions: [{ ...one }, { ...one }] }
    expect(() => tagOf(two)).toThrow('has 2 containers')
  })
})

describe('a rollout', () => {
  const [old, fresh] = ['arn:old', 'arn:new']
  const primary = { status: 'PRIMARY', taskDefinition: fresh }
  it.each([
    [[{ ...primary, rolloutState: 'COMPLETED' as const }], { done: true }],
    [
      [
        { ...primary, rolloutState: 'IN_PROGRESS' as const, runningCount: 1, desiredCount: 2 },
        { status: 'ACTIVE', taskDefinition: old },
      ],
      { missing: '1 of 2 tasks run' },
    ],
    [
      [{ ...primary, rolloutState: 'IN_PROGRESS' as const, desiredCount: 2, failedTasks: 3 }],
      { missing: '0 of 2 tasks run, 3 have failed' },
    ],
  ])('%#: goes on or is done', (deployments, look) => {
    expect(rollout({ deployments }, fresh)).toEqual(look)
  })

  it.each([
    [
      'is given up',
      [{ ...primary, rolloutState: 'FAILED' as const, rolloutStateReason: 'unhealthy' }],
      'unhealthy',
    ],
    [
      'was rolled back by ECS',
      [
        { status: 'PRIMARY', taskDefinition: old },
        { status: 'ACTIVE', taskDefinition: fresh, rolloutState: 'IN_PROGRESS' as const },
      ],
      'circuit breaker',
    ],
  ])('that %s is a fault with its reason', (_, deployments, reason) => {
    const service = {
      serviceName: 'bp-backend',
      deployments,
      events: [{ message: 'circuit breaker' }],
    }
    expect(() => rollout(service, fresh)).toThrow(reason)
  })
})

describe('a fleet', () => {
  const fleet = { stage: 'staging', slug: 'portraits' } as const
  const document = { ...fleet, instance_types: ['g6.xlarge'], max: 4 }
  const faultOf = (change: object) => () =>
    readDesiredConfig(fleet, JSON.stringify({ ...document, ...change }))

  it.each([
    ['unknown_instance_type', { instance_types: ['m5.large'] }, 'm5.large'],
    ['bad_desired_config', { template: 'gpu-1tb' }, 'template must be one of'],
    ['bad_desired_config', { min: 5 }, 'min'],
    ['bad_desired_config', { stage: 'production' }, 'is the document of production/portraits'],
    ['bad_desired_config', { colour: 'red' }, 'colour'],
  ])('%s: %j', (code, change, said) => {
    expect(faultOf(change)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(said) }),
    )
  })

  it('whose document is no JSON is told so', () => {
    expect(() => readDesiredConfig(fleet, '{')).toThrow('is no JSON')
    expect(readDesiredConfig(fleet, JSON.stringify(document))).toMatchObject({ max: 4 })
  })

  it('needs quota for its maximum, of the smallest machine that it may take', () => {
    expect(['g6.xlarge', 'g5.2xlarge', 'g4dn.16xlarge', 'x.large'].map(vcpusOf)).toEqual([
      4, 8, 64, 2,
    ])
    expect(
      needsOf({ instance_types: ['g6.2xlarge', 'g6.xlarge'], max: 4, on_demand_max: 1 }),
    ).toEqual([
      { code: 'L-3819A6DF', title: 'G and VT Spot', vcpus: 16 },
      { code: 'L-DB2E81BA', title: 'G and VT On-Demand', vcpus: 4 },
    ])
    expect(needsOf({ instance_types: ['p5.4xlarge'], max: 1, on_demand_max: 0 })).toEqual([
      { code: 'L-7212CCBC', title: 'P Spot', vcpus: 16 },
    ])
  })

  it('is confirmed by its slug alone', () => {
    expect(isConfirmed('portraits', 'portraits')).toBe(true)
    expect(isConfirmed('portraits', undefined)).toBe(false)
    expect(() => isConfirmed('portraits', 'yes')).toThrow('nothing was changed')
  })
})

describe('an image', () => {
  it.each([
    [{ Project: 'bp', SelfTest: 'ok driver 570' }, true],
    [{ Project: 'bp', SelfTest: 'failed 2' }, false],
    [{ Project: 'bp' }, false],
    [{ SelfTest: 'ok' }, false],
  ])('with tags %j is one to start machines from: %s', (tags, own) => {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    expect(isOwn({ Tags })).toBe(own)
  })

  it('has a name of its own', () => {
    const fleet = { stage: 'staging', slug: 'a' } as const
    expect(imageName('bake', fleet, new Date('2026-01-02T03:04:05.678Z'))).toBe(
      'bp-bake-staging-a-20260102030405',
    )
  })

  it('goes when it is older than the newest five and nobody uses it', () => {
    const images = [3, 1, 7, 5, 2, 6, 4].map(day => ({
      ImageId: `ami-${day}`,
      CreationDate: `2026-01-0${day}T00:00:00.000Z`,
    }))
    const goneWith = (...inUse: string[]) =>
      surplus(images, new Set(inUse)).map(({ ImageId }) => ImageId)
    expect(goneWith()).toEqual(['ami-2', 'ami-1'])
    expect(goneWith('ami-1')).toEqual(['ami-2'])
    const Tags = [{ Key: 'BaseImage', Value: 'ami-2' }]
    const baked = images.map(image => (image.ImageId === 'ami-7' ? { ...image, Tags } : image))
    expect(surplus(baked, new Set(['ami-7']))).toMatchObject([{ ImageId: 'ami-1' }])
  })

  it('is judged by the last whole line on the console', () => {
    const line = (ok: boolean) => `[ 9.1] bp-self-test: {"ok":${ok},"tag":"t","driver":"570"}\r\n`
    expect(findSelfTest('booting\n')).toBeUndefined()
    expect(findSelfTest('bp-self-test: {"ok":tr[ 9.9] usb\n')).toBeUndefined()
    expect(findSelfTest(`x ${line(false)}y ${line(true)}z`)).toMatchObject({ ok: true, tag: 't' })
  })

  it('is tagged by a commit', () => {
    expect(checkTag('0123abc')).toBe('0123abc')
    for (const bad of ['latest', 'none', 'v1', '012', 'A'.repeat(40)])
      expect(() => checkTag(bad)).toThrow('is no commit')
  })

  it.each(['docker', 'buildah'] as const)('is built by %s for arm64, with its commit', builder => {
    const args = buildArgs(builder, { service: 'backend', tag: 'abcdef0', context: '/tmp/x' })
    const [verb] = args
    expect(verb).toBe('build')
    expect(args.join(' ')).toContain('--platform linux/arm64 --build-arg BP_COMMIT=abcdef0 --file')
    expect(args.slice(-2)).toEqual(['localhost/bp-backend:abcdef0', '/tmp/x'])
  })
})

describe('alarms', () => {
  it('count for a deployment when they wake somebody or are the service’s own', () => {
    const about = (alarm: string) => isAboutDeploy(alarm, ['backend'])
    expect(about('bp-p1-site-errors')).toBe(true)
    expect(about('bp-p2-backend-deploy-errors')).toBe(true)
    expect(about('bp-p2-frontend-deploy-errors')).toBe(false)
    expect(about('bp-p3-backlog-staging-x')).toBe(false)
  })

  it('count when they did not ring before', () => {
    expect(newlyRinging(new Set(['a']), new Set(['c', 'a', 'b']))).toEqual(['b', 'c'])
  })
})

describe('what a workflow may run beside the database', () => {
  it('is in the table and nowhere else', () => {
    expect(commandOf({ task: 'migrate', set: undefined })).toEqual(['migrate'])
    expect(commandOf({ task: 'migrate-status', set: undefined })).toEqual(['migrate', '--status'])
    expect(commandOf({ task: 'seed', set: 'effects' })).toEqual(['seed', 'effects'])
    expect(() => commandOf({ task: 'seed', set: undefined })).toThrow('no set')
    expect(() => commandOf({ task: 'sh', set: undefined })).toThrow('no task')
  })
})

describe('the parts of a program', () => {
  const part = (dependencies: Record<string, string> = {}, more = {}) => ({
    dependencies,
    optionalDependencies: {},
    ...more,
  })
  it('are found as Node finds them, through links and nested folders, each once', () => {
    const packages = {
      'apps/backend': part({ '@bp/store': '*', a: '1' }),
      'node_modules/@bp/store': part({}, { link: true, resolved: 'packages/store' }),
      'packages/store': part({ a: '2', b: '1' }),
      'packages/store/node_modules/a': part({ b: '1' }),
      'node_modules/a': part({}, { optionalDependencies: { absent: '1' } }),
      'node_modules/b': part({ a: '1' }),
      'node_modules/only-tests': part(),
    }
    expect(closureOf(packages, 'apps/backend')).toEqual([
      'apps/backend',
      'node_modules/a',
      'node_modules/b',
      'packages/store',
      'packages/store/node_modules/a',
    ])
  })
})
