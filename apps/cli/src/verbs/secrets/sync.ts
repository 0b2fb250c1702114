import { randomBytes } from 'node:crypto'
import { names } from '@bp/contracts/names'
import { openAws, type Aws } from '../../aws/clients.ts'
import { exitCodes } from '../../exit-codes.ts'
import type { Tone } from '../../hosts/style.ts'
import { wrongUsage } from '../../refusal.ts'
import { readParameter, readSecret } from '../../secrets/held.ts'
import {
  planAppKey,
  planFleet,
  planOauth,
  planSigningKey,
  type Action,
  type Step,
} from '../../secrets/plan.ts'
import { redeploy, staleServices } from '../../secrets/restart.ts'
import {
  exampleFile,
  readSource,
  sourceFileDefault,
  type Wanted,
} from '../../secrets/source-file.ts'
import { targets, type Target } from '../../secrets/targets.ts'
import { writeStep } from '../../secrets/write.ts'
import type { Input, Message, Run } from '../../verb.ts'

const tones: Readonly<Record<Action, Tone>> = {
  keep: 'dim',
  set: 'good',
  rotate: 'good',
  finish: 'good',
  differs: 'warn',
  blocked: 'bad',
}

/**
 * Brings what the source file says, and what can be made up, to where the services read it. Never overwrites a usable
 * value without `--rotate`. A dry run differs in one thing: the calls that write are left out.
 */
export const run: Run = async function* (input, context) {
  const rotations = readRotations(input)
  const isDry = input.flag('dryRun')
  const source = await readSource(input.text('file'), context.folders)
  if (source.path === undefined)
    yield note('no_file', `No ${sourceFileDefault}: what can be made up is. See ${exampleFile}.`)
  for (const path of source.open)
    yield note('file_open', `Others on this machine can read the file: chmod 600 ${path}`)

  const aws = await openAws()
  try {
    yield {
      say: 'progress',
      phase: 'reading',
      text: `reading what ${aws.region} holds`,
      part: null,
    }
    const plan: Planned[] = []
    for (const target of targets)
      plan.push(await planTarget(aws, target, source, rotations.has(target.name), context.signal))

    for (const { step } of plan) {
      if (step.writes.length === 0) continue
      context.signal.throwIfAborted()
      if (!isDry) await writeStep(aws, step, context.signal)
      yield note('written', `${isDry ? 'would write' : 'wrote'} ${step.path}`)
    }

    const stale = await staleServices(aws.services, newest(plan, context.now), context.signal)
    const isRedeploy = input.flag('redeploy')
    for (const service of isRedeploy ? stale : []) {
      if (!isDry) await redeploy(aws.services, service, context.signal)
      yield note('redeployed', `${isDry ? 'would restart' : 'restarts'} ${service}`)
    }
    if (stale.length > 0 && !isRedeploy)
      yield note('stale', `${stale.join(', ')} runs with older values until it restarts.`)

    const steps = plan.map(({ step }) => step)
    const failed = steps.filter(({ action }) => action === 'blocked' || action === 'differs')
    return {
      data: {
        region: aws.region,
        dry_run: isDry,
        secrets: steps.map(({ name, path, action, text }) => ({ name, path, action, text })),
        restart: stale,
        redeployed: isRedeploy && !isDry ? stale : [],
      },
      view: {
        kind: 'table',
        columns: ['secret', 'what', 'why'],
        rows: steps.map(({ path, action, text }) => [
          path,
          { text: action, tone: tones[action] },
          text,
        ]),
        empty: 'There are no secrets.',
      },
      ...nextOf(stale, isRedeploy, isDry),
      ...(failed.length === 0
        ? {}
        : {
            exit: exitCodes.refused,
            failure: {
              code: 'secrets_not_synced',
              message: `Not as wanted: ${failed.map(({ path }) => path).join(', ')}.`,
            },
          }),
    }
  } finally {
    aws.close()
  }
}

interface Planned {
  readonly step: Step
  /** When the value was written that services read once; undefined for those which nobody reads so. */
  readonly versionAt: Date | undefined
}

async function planTarget(
  aws: Aws,
  target: Target,
  { texts, oauth }: Wanted,
  isRotation: boolean,
  signal: AbortSignal,
): Promise<Planned> {
  const order = { wanted: texts.get(target.name), isRotation, generate: randomSecret }
  if (target.kind === 'fleet') {
    const held = await readParameter(aws.parameters, target.path, signal)
    return { step: planFleet(target, held, order), versionAt: undefined }
  }
  const held = await readSecret(aws.secrets, target.path, signal)
  const step =
    target.kind === 'app-key'
      ? planAppKey(target, held, order)
      : target.kind === 'signing-key'
        ? planSigningKey(target, held, order)
        : planOauth(target, held, { ...order, wanted: oauth })
  return { step, versionAt: held.state === 'there' ? held.versionAt : undefined }
}

/** 32 bytes, as much as the strongest use of any of them takes; in hex digits, which can spell no placeholder by chance. */
const randomSecret = (): string => randomBytes(32).toString('hex')

/** When the newest value that services read at their start was written: now, when this run writes one. */
function newest(plan: readonly Planned[], now: () => number): Date | undefined {
  const times = plan.flatMap(({ step, versionAt }) => {
    if (versionAt === undefined) return []
    return [step.writes.length > 0 ? now() : versionAt.getTime()]
  })
  return times.length === 0 ? undefined : new Date(Math.max(...times))
}

function readRotations(input: Input): ReadonlySet<string> {
  const known = targets.map(({ name }) => name)
  const asked = input.texts('rotate')
  for (const name of asked)
    if (!known.includes(name))
      throw wrongUsage(`"${name}" cannot be rotated; it is one of ${known.join(', ')}.`)
  return new Set(asked)
}

const note = (code: string, text: string): Message => ({ say: 'note', code, text })

function nextOf(stale: readonly string[], isRedeploy: boolean, isDry: boolean) {
  if (stale.length === 0 || isDry) return {}
  return {
    next: isRedeploy
      ? `aws ecs wait services-stable --cluster ${names.cluster} --services ${stale.join(' ')}`
      : 'npx bp secrets sync --redeploy',
  }
}
