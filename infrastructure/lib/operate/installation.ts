/** The configuration of the installation that a script works on. */
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { OperateFault } from './fault.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The file that `BP_INFRA_CONFIG` names, or the one beside the app. */
export const installationFile = (env: Environment): string =>
  env['BP_INFRA_CONFIG'] ?? join(import.meta.dirname, '../../config.json')

/** Reads the configuration. Account and region may come from the workflow's own settings. Throws `ConfigFault`. */
export function loadInstallation(env: Environment): Config {
  return loadConfig(installationFile(env), {
    account: env['CDK_DEFAULT_ACCOUNT'] ?? env['BP_AWS_ACCOUNT_ID'],
    region: regionOf(env),
  })
}

/** Region of the calls. Throws `no_region`: the AWS SDK would only say so at its first call, and in other words. */
export function regionOf(env: Environment): string {
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
  if (region !== undefined && region !== '') return region
  throw new OperateFault(
    'no_region',
    'No region is set.',
    'Set AWS_REGION, in workflows the repository variable BP_AWS_REGION.',
  )
}
