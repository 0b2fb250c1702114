import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { treeOf, type ServiceName } from '../hosts/images.ts'
import { repositoryRoot } from '../places.ts'
import { playedWorkflow } from '../played-workflow.ts'
import type { Scene } from '../scene.ts'
import { lastLine } from '../script.ts'
import { bash } from '../shell.ts'
import { chapter, type Step } from '../step.ts'
import { until } from '../until.ts'
import { neighbours, secretText } from './neighbours.ts'

const step = chapter('Day-1 checklist (first deploy)')
const services = ['backend', 'frontend'] as const satisfies readonly ServiceName[]

/** The tag of the first image: what would be its commit. */
export const firstTag = 'a1b2c3d4e5f6'

/** A manifest that is good enough for a registry that nobody pulls from. */
const manifest = (service: ServiceName, tag: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: {
      digest: `sha256:${Buffer.from(`${service}-${tag}`).toString('hex').padEnd(64, '0').slice(0, 64)}`,
    },
    layers: [],
  })

/** Records an image in the registry, as a push does at its end. */
async function recordImage(
  scene: Scene,
  service: ServiceName,
  tag: string,
  signal: AbortSignal,
): Promise<void> {
  const repository = names.repositories[service]
  await bash(
    scene,
    `aws ecr put-image --repository-name ${repository} --image-tag ${tag} --image-manifest "$MANIFEST"`,
    signal,
    { MANIFEST: manifest(service, tag) },
  )
}

const images = step({
  id: 'images',
  title: 'Build/push app images',
  command: `docker push …/bp-backend:${firstTag}; docker push …/bp-frontend:${firstTag}`,
  real: 'the file tree of both images, bundled as the Dockerfiles take it',
  emulated: 'no container is built; the push is a record in ECR',
  needs: [names.stacks.gpuShared],
  play: async (scene, signal) => {
    const platform = `linux-${process.arch}`
    const assemble = join(repositoryRoot, 'infrastructure/docker/assemble.ts')
    for (const service of services) {
      const folder = treeOf(scene.folder, service)
      await mkdir(dirname(folder), { recursive: true })
      await scene.type(
        process.execPath,
        [assemble, service, folder, '--platform', platform],
        signal,
      )
      await recordImage(scene, service, firstTag, signal)
    }
    return `${services.map(service => names.repositories[service]).join(', ')} hold ${firstTag}`
  },
})

const release = step({
  id: 'deploy',
  title: 'Run Deploy: migrations, /bp/images, services roll, /api/up, alarms quiet',
  command: `gh workflow run deploy.yml -f tag=${firstTag} -f run_migrations=true`,
  real: 'the workflow, step by step; migration and services as processes of the images; MariaDB',
  emulated: 'runner (act), OIDC, IAM (checked), ECS, load balancer, alarms',
  needs: [images.id, neighbours.id],
  secondsMax: 180,
  play: (scene, signal) =>
    playedWorkflow(
      scene,
      {
        workflow: 'deploy.yml',
        isChecked: true,
        inputs: { services: 'all', tag: firstTag, run_migrations: 'true' },
      },
      signal,
    ),
})

const secrets = step({
  id: 'secrets',
  title: 'Set required secrets',
  command: 'infrastructure/scripts/sync-env-to-aws.sh --file .env.aws',
  real: 'the script, `bp secrets sync`',
  emulated: 'Secrets Manager, SSM (no secrecy is proven by it)',
  needs: [release.id],
  play: async (scene, signal) => {
    const file = join(scene.folder, '.env.aws')
    const fleetSecret = randomBytes(24).toString('base64url')
    await writeFile(
      file,
      `BP_FLEET_SECRET_STAGING=${fleetSecret}\nBP_FLEET_SECRET_PRODUCTION=${randomBytes(24).toString('base64url')}\n`,
      { mode: 0o600 },
    )
    const door = join(repositoryRoot, 'infrastructure/scripts/sync-env-to-aws.sh')
    await scene.type(door, ['--file', file], signal)
    const { Parameter } = await scene.cloud.ssm.send(
      new GetParameterCommand({
        Name: names.parameters.fleetSecret('staging'),
        WithDecryption: true,
      }),
    )
    if (Parameter?.Value !== fleetSecret) throw new Error('the fleet secret is not what was given')
    scene.notebook.write('fleetSecret', fleetSecret)
    const again = await scene.type(door, ['--file', file], signal)
    return `both fleet secrets are set; a second run: ${lastLine(again)}`
  },
})

const migrate = step({
  id: 'db-migrate',
  title: 'Run migrations: DB Migrate workflow',
  command: 'gh workflow run db-migrate.yml -f mode=apply',
  real: 'the workflow, step by step; backend migrate as a process; MariaDB',
  emulated: 'runner (act), OIDC, IAM (checked), ECS',
  needs: [secrets.id],
  secondsMax: 120,
  play: (scene, signal) =>
    playedWorkflow(
      scene,
      { workflow: 'db-migrate.yml', isChecked: true, inputs: { mode: 'apply' } },
      signal,
    ),
})

const health = step({
  id: 'health',
  title: 'Verify app health: services, /api/up, logs',
  command: 'curl http://<load balancer>/api/up',
  real: 'both services, their answers, their listening to Redis',
  emulated: "ECS' counts, the load balancer's data plane, CloudWatch Logs",
  needs: [migrate.id],
  play: async (scene, signal) => {
    const { Parameter } = await scene.cloud.ssm.send(
      new GetParameterCommand({ Name: names.parameters.shared('compute', 'api-url') }),
    )
    const apiUrl = Parameter?.Value ?? ''
    scene.notebook.write('apiUrl', apiUrl)
    const { services: found = [] } = await scene.cloud.ecs.send(
      new DescribeServicesCommand({
        cluster: names.cluster,
        services: services.map(service => names.services[service]),
      }),
    )
    const counts = found.map(one => `${one.serviceName} ${one.runningCount}/${one.desiredCount}`)
    if (found.some(one => one.runningCount !== one.desiredCount || one.desiredCount === 0))
      throw new Error(`services are not steady: ${counts.join(', ')}`)
    const up = await scene.type('curl', ['--fail', '--silent', `${apiUrl}/api/up`], signal)
    const page = await scene.type('curl', ['--fail', '--silent', apiUrl], signal)
    if (!page.out.includes('<html')) throw new Error(`the front page is ${page.out.slice(0, 200)}`)
    for (const service of services)
      await until(`a line in ${names.logGroups[service]}`, () => firstLine(scene, service), {
        signal,
      })
    const listeners = await countListeners(scene, signal)
    if (listeners < 2) throw new Error(`${listeners} backends listen to the cache, not 2`)
    return `${counts.join(', ')}; /api/up answers 200 ${up.out.trim()}; / answers the page; both log groups have lines; both backends listen to Redis`
  },
})

async function firstLine({ cloud }: Scene, service: ServiceName): Promise<string | undefined> {
  const { events = [] } = await cloud.logs.send(
    new FilterLogEventsCommand({ logGroupName: names.logGroups[service], limit: 1 }),
  )
  return events[0]?.message
}

/** Backends that listen for hints in the cache, by its own word. */
async function countListeners(scene: Scene, signal: AbortSignal): Promise<number> {
  const { notebook } = scene
  const { out } = await bash(
    scene,
    'redis-cli --tls --cacert "$CA" -h localhost -p "$PORT" --no-auth-warning client list',
    signal,
    {
      CA: notebook.read('certificates').authorityFile,
      PORT: String(notebook.read('cachePort')),
      REDISCLI_AUTH: await secretText(scene, names.secrets.redisAuthToken),
    },
  )
  return out.split('\n').filter(line => / (?:p|s)?sub=[1-9]/.test(line)).length
}

/** From images to a healthy site. */
export const appSteps: readonly Step[] = [neighbours, images, release, secrets, migrate, health]
