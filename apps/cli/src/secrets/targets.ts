/** The secrets that an operator keeps: what each is called here, in AWS and in the source file. */
import { stages, type Stage } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { oauthKeys } from './oauth.ts'

interface TargetBase {
  /** As typed after `--rotate`. */
  readonly name: string
  /** As AWS calls it. */
  readonly path: string
}

/** One text, made by bp-data with a random value and kept in Secrets Manager. */
export interface AppKeyTarget extends TargetBase {
  readonly kind: 'app-key'
  readonly envKey: string
}
/** A JSON object of the sign-in providers, made empty by bp-data. */
export interface OauthTarget extends TargetBase {
  readonly kind: 'oauth'
}
/** A key in PEM form, whose place bp-data makes where the configuration names its public half. */
export interface SigningKeyTarget extends TargetBase {
  readonly kind: 'signing-key'
  /** Of a path: keys are files. */
  readonly envKey: string
}
/** A SecureString, which no stack can make. */
export interface FleetTarget extends TargetBase {
  readonly kind: 'fleet'
  readonly stage: Stage
  readonly envKey: string
}
export type Target = AppKeyTarget | OauthTarget | SigningKeyTarget | FleetTarget

const fleetTargets = stages.words.map((stage): FleetTarget => ({
  kind: 'fleet',
  name: `fleet-${stage}`,
  path: names.parameters.fleetSecret(stage),
  stage,
  envKey: `BP_FLEET_SECRET_${stage.toUpperCase()}`,
}))

/** Made where somebody has the other half; nothing can be made up for it. */
export const signingKeyTarget: SigningKeyTarget = {
  kind: 'signing-key',
  name: 'media-signing-key',
  path: names.secrets.mediaSigningKey,
  envKey: 'BP_MEDIA_PRIVATE_KEY_FILE',
}

/** In the order in which they are written. */
export const targets: readonly Target[] = [
  { kind: 'app-key', name: 'app-key', path: names.secrets.appKey, envKey: 'BP_APP_KEY' },
  { kind: 'oauth', name: 'oauth', path: names.secrets.oauth },
  signingKeyTarget,
  ...fleetTargets,
]

/** Made and read by stacks alone: CloudFormation would not notice a new value, and lock the services out. */
export const managedSecrets: readonly string[] = [
  names.secrets.databaseMaster,
  names.secrets.redisAuthToken,
]

/** Every key that the source file may hold. */
export const sourceKeys: readonly string[] = targets.flatMap(target =>
  target.kind === 'oauth' ? oauthKeys : [target.envKey],
)
