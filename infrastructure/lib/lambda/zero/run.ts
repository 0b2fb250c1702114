/**
 * One run of the fallback: which fleets are asked about → what is known of each → `decideZero` → end, one by one.
 * Everything is read anew, and a machine that is gone is no fault, so a run may be repeated as often as one likes.
 */
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { PutMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm'
import { z } from 'zod'
import { limits } from '@bp/contracts/limits'
import type { FunctionMetricName } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
import {
  decideZero,
  zeroLimits,
  type KeepReason,
  type ZeroBackend,
  type ZeroInput,
  type ZeroTrigger,
  type ZeroVerdict,
} from '@bp/domain/scaling/decide-zero'
import { alarmsOfEvent, readAlarms } from './alarms.ts'
import { askDrain, askMachines, type BackendAccess, type FleetKey } from './backend.ts'
import { endMachine, type Ended } from './end-machine.ts'
import { readEvidence } from './evidence.ts'
import { readGroups, readLaunchTimes, type GroupView } from './groups.ts'
import { awayMs, closedForMs, contradicts, readPoints } from './metrics.ts'

export interface Tools {
  readonly autoScaling: AutoScalingClient
  readonly cloudWatch: CloudWatchClient
  readonly logs: CloudWatchLogsClient
  readonly ssm: SSMClient
  readonly topicArn: string
  readonly nowMs: () => number
  readonly log: (line: Readonly<Record<string, unknown>>) => void
}

/** What was decided about the machines of one fleet, or of one of its groups that is closed. */
export interface Decided extends FleetKey {
  readonly trigger: ZeroTrigger
  readonly verdict: ZeroVerdict | 'alarm_contradicted' | 'backend_refuses'
  readonly ended: readonly string[]
  readonly kept: readonly { readonly id: string; readonly why: KeepReason | Ended | 'not_asked' }[]
}

/** A run begins nothing new after this; the function itself is stopped after 60 s. */
const budgetMs = 50_000
const Floor = z.object({ min: z.int().min(0).default(0) })

/** Runs once. A fault with one fleet does not keep the others from being looked at; all are thrown at the end. */
export async function runZero(event: unknown, tools: Tools): Promise<readonly Decided[]> {
  const signal = AbortSignal.timeout(budgetMs)
  const arns = alarmsOfEvent(event)
  const alarmed = await readAlarms(tools.cloudWatch, { arns, topicArn: tools.topicArn }, signal)
  const groups = await readGroups(tools.autoScaling, signal)
  const decided: Decided[] = []
  const faults: unknown[] = []
  let endingsLeft: number = zeroLimits.endingsMax
  const seen = { isBackendAway: false }
  for (const asked of questions(alarmed, groups, arns === undefined)) {
    // Nothing is begun that could not be carried through; in five minutes the rule asks again.
    if (signal.aborted || endingsLeft <= 0) break
    try {
      const one = await decideOne(asked, { endingsLeft, seen }, tools, signal)
      endingsLeft -= one.ended.length
      decided.push(one)
      tools.log({ event: 'scale_to_zero', ...one })
      await emit(one, tools, signal)
      if (one.verdict === 'backend_refuses')
        faults.push(new Error(`the backend refuses to speak of ${one.stage}/${one.slug}`))
    } catch (thrown) {
      faults.push(thrown)
      tools.log({
        event: 'scale_to_zero_failed',
        stage: asked.fleet.stage,
        slug: asked.fleet.slug,
        reason: thrown instanceof Error ? thrown.message : String(thrown),
      })
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, 'some fleets could not be looked at')
  return decided
}

interface Question {
  readonly fleet: FleetKey
  readonly trigger: ZeroTrigger
  readonly groups: readonly GroupView[]
}

/** An alarm asks about the open groups of its fleet; each closed group is a question of its own, for the rule. */
function questions(
  alarmed: readonly (FleetKey & { readonly trigger: 'queue_empty' | 'silent' })[],
  groups: readonly GroupView[],
  withClosed: boolean,
): readonly Question[] {
  const closed = groups.filter(group => group.isClosed && withClosed)
  const asked = new Map<string, Question>()
  for (const { stage, slug, trigger } of alarmed) {
    const fleet = { stage, slug }
    const open = groups.filter(
      group => !group.isClosed && group.fleet.stage === stage && group.fleet.slug === slug,
    )
    const key = `${stage}/${slug}`
    // The empty queue is the stricter question: where both alarms ring, it is the one that is asked.
    const isKnown = asked.get(key)?.trigger === 'queue_empty'
    if (open.length > 0 && !isKnown) asked.set(key, { fleet, trigger, groups: open })
  }
  return [
    ...closed.map(group => ({ fleet: group.fleet, trigger: 'closed' as const, groups: [group] })),
    ...asked.values(),
  ]
}

async function decideOne(
  { fleet, trigger, groups }: Question,
  { endingsLeft, seen }: { endingsLeft: number; seen: { isBackendAway: boolean } },
  tools: Tools,
  signal: AbortSignal,
): Promise<Decided> {
  const nowMs = tools.nowMs()
  const [first] = groups
  if (first === undefined) throw new Error('a question without a group')
  const points = await readPoints(tools.cloudWatch, fleet, first.name, nowMs, signal)
  if (trigger !== 'closed' && contradicts(trigger, points, nowMs))
    return { ...fleet, trigger, verdict: 'alarm_contradicted', ended: [], kept: [] }

  const access = await readAccess(fleet, tools, signal)
  // One backend serves all fleets: what did not answer for one is not waited for again in this run.
  const asked =
    access === undefined || seen.isBackendAway
      ? ({ kind: 'away' } as const)
      : await askMachines(access, fleet, signal)
  if (asked.kind === 'away' && access !== undefined) seen.isBackendAway = true
  // Whoever closed a group by hand has decided already: then the agents' own word is enough.
  if (asked.kind === 'refuses' && trigger !== 'closed')
    return { ...fleet, trigger, verdict: 'backend_refuses', ended: [], kept: [] }
  const backend: ZeroBackend =
    asked.kind !== 'answers'
      ? { kind: 'away', forMs: awayMs(points, nowMs) }
      : {
          kind: 'answers',
          scalerAgeMs: asked.answer.scaler_age_ms,
          leases: asked.answer.leases,
          waiting: asked.answer.waiting,
          workers: asked.answer.workers,
        }
  const evidence =
    backend.kind === 'away'
      ? await readEvidence(tools.logs, fleet, nowMs, signal)
      : new Map<string, never>()
  const machines: ZeroInput['machines'][number][] = []
  const groupOf = new Map<string, string>()
  for (const group of groups) {
    const launchedMs = await readLaunchTimes(tools.autoScaling, group.name, nowMs, signal)
    for (const { id, lifecycle } of group.machines) {
      groupOf.set(id, group.name)
      machines.push({
        id,
        lifecycle,
        ageMs: Math.max(0, nowMs - launchedMs(id)),
        evidence: evidence.get(id) ?? null,
      })
    }
  }
  const decision = decideZero({
    trigger,
    closedForMs: trigger === 'closed' ? closedForMs(points, nowMs) : null,
    floor: trigger === 'closed' ? 0 : await readFloor(fleet, tools, signal),
    runMsMax: limits.runMsMax,
    backend,
    machines,
    endingsLeft,
  })

  const ended: string[] = []
  const kept: Decided['kept'][number][] = [...decision.keep]
  for (const id of decision.end) {
    const why = await endOne(
      { id, group: groupOf.get(id) ?? '', fleet, verdict: decision.verdict },
      backend.kind === 'answers' ? access : undefined,
      tools,
      signal,
    )
    if (why === 'ended') ended.push(id)
    else kept.push({ id, why })
  }
  return { ...fleet, trigger, verdict: decision.verdict, ended, kept }
}

/** While the backend answers, it is asked to drain first. Only a group closed for long ends what is busy. */
async function endOne(
  machine: { id: string; group: string; fleet: FleetKey; verdict: ZeroVerdict },
  access: BackendAccess | undefined,
  { autoScaling, log }: Tools,
  signal: AbortSignal,
): Promise<Ended | 'busy' | 'not_asked'> {
  const { id, group, fleet, verdict } = machine
  if (signal.aborted) return 'not_asked'
  if (access !== undefined) {
    const drained = await askDrain(access, fleet, id, signal)
    const isForced = verdict === 'closed_long'
    if (drained.kind !== 'answers' && !isForced) return 'not_asked'
    if (drained.kind === 'answers' && drained.answer.result === 'busy' && !isForced) return 'busy'
  }
  const { result, message } = await endMachine(autoScaling, group, id, signal)
  log({ event: 'scale_to_zero_machine', ...fleet, id, result, message })
  return result
}

/** Where the backend is and how to prove who asks; undefined before bp-compute and the secret exist. */
async function readAccess(
  { stage }: FleetKey,
  tools: Tools,
  signal: AbortSignal,
): Promise<BackendAccess | undefined> {
  const url = await readParameter(names.parameters.shared('compute', 'api-url'), tools, signal)
  const secret = await readParameter(names.parameters.fleetSecret(stage), tools, signal)
  return url === undefined || secret === undefined ? undefined : { url, secret }
}

async function readFloor(
  { stage, slug }: FleetKey,
  tools: Tools,
  signal: AbortSignal,
): Promise<number> {
  const text = await readParameter(names.parameters.desiredConfig(stage, slug), tools, signal)
  return text === undefined ? 0 : Floor.parse(JSON.parse(text)).min
}

async function readParameter(
  name: string,
  { ssm }: Tools,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }), {
      abortSignal: signal,
    })
    return answer.Parameter?.Value
  } catch (thrown) {
    if (thrown instanceof ParameterNotFound) return undefined
    throw thrown
  }
}

/** How many machines a decision has ended; 0 shows that the fallback looked. */
async function emit(
  { stage, slug, ended }: Decided,
  { cloudWatch }: Tools,
  signal: AbortSignal,
): Promise<void> {
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: names.metricNamespace,
      MetricData: [
        {
          MetricName: 'ScaleToZeroDecision' satisfies FunctionMetricName,
          Dimensions: [
            { Name: 'FleetSlug', Value: slug },
            { Name: 'Stage', Value: stage },
          ],
          Value: ended.length,
          Unit: 'Count',
        },
      ],
    }),
    { abortSignal: signal },
  )
}
