/** Every name that bp gives to something outside its own code. Nothing else may spell one. */
import { isFleetSlug, type Stage } from './fleets.ts'

/** Stage and slug of a fleet as they stand in names: `production-local`. */
const fleetName = (stage: Stage, slug: string): string => {
  if (!isFleetSlug(slug)) throw new Error(`"${slug}" is no fleet slug`)
  return `${stage}-${slug}`
}

export const names = {
  stacks: {
    cicd: 'bp-cicd',
    network: 'bp-network',
    data: 'bp-data',
    compute: 'bp-compute',
    monitoring: 'bp-monitoring',
    gpuShared: 'bp-gpu-shared',
    gpuFleet: (stage: Stage, slug: string) => `bp-gpu-fleet-${fleetName(stage, slug)}`,
  },
  cluster: 'bp',
  services: { backend: 'bp-backend', frontend: 'bp-frontend' },
  autoScalingGroup: (stage: Stage, slug: string) => `asg-${fleetName(stage, slug)}`,
  /** Its sibling, with machines that nobody can interrupt. */
  onDemandGroup: (stage: Stage, slug: string) => `asg-${fleetName(stage, slug)}-od`,
  launchTemplate: (stage: Stage, slug: string) => `lt-${fleetName(stage, slug)}`,
  logGroups: {
    backend: '/ecs/bp-backend',
    frontend: '/ecs/bp-frontend',
    /** What was typed in ECS Exec. */
    sessions: '/ecs/bp-sessions',
    workers: (slug: string) => `/gpu-workers/${slug}`,
    scaleToZero: '/aws/lambda/bp-scale-to-zero',
    secretAge: '/aws/lambda/bp-secret-age',
    /** Connections that the network refused. */
    refused: '/bp/network/refused',
  },
  secrets: {
    appKey: '/bp/laravel/app-key',
    oauth: '/bp/oauth/secrets',
    databaseMaster: '/bp/rds/master-credentials',
    redisAuthToken: '/bp/redis/auth-token',
    /** Only where a CDN brings media. */
    mediaSigningKey: '/bp/media/signing-key',
  },
  parameters: {
    ami: (stage: Stage, slug: string) => `/bp/ami/fleets/${stage}/${slug}`,
    desiredConfig: (stage: Stage, slug: string) => `/bp/fleets/${stage}/${slug}/desired_config`,
    activeBundle: (stage: Stage, slug: string) => `/bp/fleets/${stage}/${slug}/active_bundle`,
    fleetSecret: (stage: Stage) => `/bp/fleets/${stage}/fleet-secret`,
    /** Tag of the image in service; `none` until the first Deploy. The service is `backend` or `frontend`. */
    image: (service: string) => `/bp/images/${service}`,
    shutdown: '/bp/runtime/shutdown',
    /** What one stack tells the others: `/bp/<area>/<key>`, written by the stack of that area alone. */
    shared: (area: string, key: string) => `/bp/${area}/${key}`,
  },
  repositories: { backend: 'bp-backend', frontend: 'bp-frontend' },
  roles: {
    deploy: 'bp-gha-deploy',
    database: 'bp-gha-db',
    infrastructure: 'bp-gha-infra',
    fleet: 'bp-gha-fleet',
    ami: 'bp-gha-ami',
    boundary: 'bp-boundary',
    imageBuilder: 'bp-image-builder',
    backendTask: 'bp-backend-task',
    backendStart: 'bp-backend-start',
    frontendTask: 'bp-frontend-task',
    frontendStart: 'bp-frontend-start',
    scaleToZero: 'bp-scale-to-zero',
    secretAge: 'bp-secret-age',
    worker: (stage: Stage, slug: string) => `bp-worker-${fleetName(stage, slug)}`,
  },
  /** The fallback that ends machines when the scaler does not. */
  scaleToZero: { function: 'bp-scale-to-zero', deadLetters: 'bp-scale-to-zero-dead-letters' },
  /** Looks once a day how old the secrets are. */
  secretAge: { function: 'bp-secret-age' },
  database: 'bp-db',
  cache: 'bp-cache',
  loadBalancer: 'bp',
  buckets: {
    media: (account: string) => `bp-media-${account}`,
    models: (account: string) => `bp-models-${account}`,
    logs: (account: string) => `bp-logs-${account}`,
    access: (account: string) => `bp-access-${account}`,
  },
  topics: {
    p1: 'bp-ops-p1',
    p2: 'bp-ops-p2',
    p3: 'bp-ops-p3',
    scaleToZero: 'bp-scale-to-zero',
  },
  /** An alarm says how urgent it is: p1 wakes somebody, p2 is for today, p3 for this week. */
  alarms: {
    p1: (what: string) => `bp-p1-${what}`,
    p2: (what: string) => `bp-p2-${what}`,
    p3: (what: string) => `bp-p3-${what}`,
    fleet: (tier: string, what: string, stage: Stage, slug: string) =>
      `bp-${tier}-${what}-${fleetName(stage, slug)}`,
  },
  dashboard: 'bp',
  budget: 'bp-month',
  metricNamespace: 'ComfyUI/Workers',
  /** The one fleet of a single machine. */
  localFleet: { stage: 'production', slug: 'local' },
  /** Keys of the object store. The epoch stands in an output's key, so a late loser can overwrite nothing. */
  objectKeys: {
    upload: (user: string, sha256: string) => `uploads/${user}/${sha256}`,
    output: (job: string, epoch: number, n: number, fileName: string) =>
      `jobs/${job}/${epoch}/${n}-${fileName}`,
    thumbnail: (asset: string, width: number) => `thumbs/${asset}/${width}.webp`,
    effectMedia: (slug: string, sha256: string, extension: string) =>
      `effects/${slug}/${sha256}.${extension}`,
  },
} as const
