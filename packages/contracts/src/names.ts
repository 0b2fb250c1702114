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
  launchTemplate: (stage: Stage, slug: string) => `lt-${fleetName(stage, slug)}`,
  logGroups: {
    backend: '/ecs/bp-backend',
    frontend: '/ecs/bp-frontend',
    workers: (slug: string) => `/gpu-workers/${slug}`,
  },
  secrets: {
    appKey: '/bp/laravel/app-key',
    oauth: '/bp/oauth/secrets',
    databaseMaster: '/bp/rds/master-credentials',
    redisAuthToken: '/bp/redis/auth-token',
  },
  parameters: {
    ami: (stage: Stage, slug: string) => `/bp/ami/fleets/${stage}/${slug}`,
    desiredConfig: (stage: Stage, slug: string) => `/bp/fleets/${stage}/${slug}/desired_config`,
    activeBundle: (stage: Stage, slug: string) => `/bp/fleets/${stage}/${slug}/active_bundle`,
    fleetSecret: (stage: Stage) => `/bp/fleets/${stage}/fleet-secret`,
    image: (service: string) => `/bp/images/${service}`,
    shutdown: '/bp/runtime/shutdown',
  },
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
