/**
 * The secret of a stage's fleets: machines register with it, and the fallback signs with it. A stage has its own, so
 * that a machine of staging can become no worker of production.
 */
import { problem } from '@bp/contracts/errors'
import { stages, type Stage } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { secretFault } from '@bp/contracts/secret-fault'
import type { BackendConfig } from '../../config/config.ts'
import type { BackendSecrets } from '../../config/secrets.ts'
import type { Health } from '../../health.ts'
import type { Log } from '../../log.ts'
import { openSsm, type Ssm } from '../ssm.ts'

export interface FleetSecrets {
  /** The texts that open a stage's door now, the present one first. None: nobody may register there. */
  of(stage: Stage): Promise<readonly string[]>
}

export interface FleetSecretsOptions {
  readonly health: Pick<Health, 'say'>
  readonly log: Log
  /** Monotonic. */
  readonly nowMs: () => number
}

/** The place that the configuration names. */
export const openFleetSecrets = (
  config: Pick<BackendConfig, 'fleetSecrets'>,
  secrets: Pick<BackendSecrets, 'fleetSecret'>,
  options: FleetSecretsOptions,
): FleetSecrets =>
  config.fleetSecrets === 'ssm'
    ? ssmFleetSecrets(openSsm(), options)
    : envFleetSecrets(secrets.fleetSecret)

/** One secret for every stage, from the environment: a single machine has no second stage to keep apart. */
export function envFleetSecrets(secret: string | undefined): FleetSecrets {
  const accepted = secret === undefined || secretFault(secret) !== undefined ? [] : [secret]
  return { of: async () => accepted }
}

/** How long a found secret is believed, and how long the lack of one: an operator who has just set it is waiting. */
const foundMs = 60_000
const absentMs = 5_000
/** While the Systems Manager does not answer, what was known goes on: machines must boot through its outages. */
const staleMsMax = 600_000

interface Known {
  readonly secrets: readonly string[]
  readonly atMs: number
  /** Until when nobody is asked again. */
  readonly untilMs: number
}

/**
 * `/bp/fleets/<stage>/fleet-secret`: the version labelled `current` (the newest while nothing is labelled) and the one
 * labelled `previous`, so that a rotation locks nobody out. Placeholders open nothing and are told of in `/api/ready`.
 * Throws when the Systems Manager has not answered for ten minutes, which is no verdict on anybody's secret.
 */
export function ssmFleetSecrets(
  ssm: Pick<Ssm, 'get'>,
  { health, log, nowMs }: FleetSecretsOptions,
): FleetSecrets {
  const known = new Map<Stage, Known>()
  const looking = new Map<Stage, Promise<readonly string[]>>()

  const accepted = (stage: Stage, texts: readonly (string | undefined)[]): readonly string[] => {
    const good: string[] = []
    const faults: string[] = []
    for (const text of texts) {
      const fault = text === undefined ? undefined : secretFault(text)
      if (fault !== undefined) faults.push(fault)
      else if (text !== undefined && !good.includes(text)) good.push(text)
    }
    const name = names.parameters.fleetSecret(stage)
    if (faults.length > 0) log.warn({ parameter: name, faults }, 'a fleet secret opens nothing')
    health.say({
      name: `fleet secret ${stage}`,
      status: good.length > 0 ? 'ok' : 'warn',
      text:
        good.length > 0
          ? 'Machines can register.'
          : `No machine can register: ${faults[0] ?? `${name} is not set.`}`,
    })
    return good
  }
  const look = async (stage: Stage): Promise<readonly string[]> => {
    const before = known.get(stage)
    const name = names.parameters.fleetSecret(stage)
    try {
      const [current, previous] = await Promise.all([
        ssm.get(`${name}:current`).then(found => found ?? ssm.get(name)),
        ssm.get(`${name}:previous`),
      ])
      const secrets = accepted(stage, [current?.value, previous?.value])
      const believedMs = secrets.length > 0 ? foundMs : absentMs
      known.set(stage, { secrets, atMs: nowMs(), untilMs: nowMs() + believedMs })
      return secrets
    } catch (thrown) {
      if (before === undefined || nowMs() - before.atMs > staleMsMax) throw thrown
      log.warn({ err: thrown, parameter: name }, 'a fleet secret could not be read anew')
      known.set(stage, { ...before, untilMs: nowMs() + absentMs })
      return before.secrets
    }
  }
  return {
    of: async stage => {
      const found = known.get(stage)
      if (found !== undefined && nowMs() < found.untilMs) return found.secrets
      const running = looking.get(stage) ?? look(stage).finally(() => looking.delete(stage))
      looking.set(stage, running)
      return running
    },
  }
}

/**
 * The stages whose door a text opens; `fits` compares in constant time. Throws `unavailable` when it opens none that
 * could be asked, and one could not.
 */
export async function stagesOf(
  secrets: FleetSecrets,
  fits: (secret: string) => boolean,
): Promise<readonly Stage[]> {
  const opened: Stage[] = []
  let cause: unknown
  for (const stage of stages.words) {
    try {
      if ((await secrets.of(stage)).some(fits)) opened.push(stage)
    } catch (thrown) {
      cause = thrown
    }
  }
  if (opened.length === 0 && cause !== undefined)
    throw problem(
      'unavailable',
      { reason: 'the fleet secrets cannot be read' },
      { cause, retryAfterS: 5 },
    )
  return opened
}
