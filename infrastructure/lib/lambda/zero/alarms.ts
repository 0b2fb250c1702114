/** Which fleets are asked about: by an alarm's message, or by the rule that runs every five minutes. */
import {
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  type CloudWatchClient,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch'
import { z } from 'zod'
import { isFleetSlug, stages } from '@bp/contracts/fleets'
import type { ZeroTrigger } from '@bp/domain/scaling/decide-zero'
import { zeroTags } from '../../constructs/zero-tags.ts'
import type { FleetKey } from './backend.ts'

/** A fleet that an alarm speaks of, and what it says. */
export interface Alarmed extends FleetKey {
  readonly trigger: Exclude<ZeroTrigger, 'closed'>
}

const pagesMax = 10
const Message = z.object({ AlarmArn: z.string().min(1) })
const Event = z.object({
  Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })).optional(),
})

/** The ARNs of an alarm message; undefined for the rule, which asks about everything that is in ALARM now. */
export function alarmsOfEvent(event: unknown): readonly string[] | undefined {
  return Event.parse(event).Records?.map(
    record => Message.parse(JSON.parse(record.Sns.Message)).AlarmArn,
  )
}

/**
 * The alarms that are in ALARM now, among the given ones or among all that speak to the topic. A message may be old and
 * a name is only a name: what counts is the state that is read here, and the tags of the ARN.
 */
export async function readAlarms(
  client: CloudWatchClient,
  asked: { readonly arns: readonly string[] | undefined; readonly topicArn: string },
  signal: AbortSignal,
): Promise<readonly Alarmed[]> {
  const found: MetricAlarm[] = []
  let next: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const answer = await client.send(
      new DescribeAlarmsCommand({
        ...(asked.arns === undefined
          ? { ActionPrefix: asked.topicArn, StateValue: 'ALARM' }
          : { AlarmNames: asked.arns.map(nameOf) }),
        AlarmTypes: ['MetricAlarm'],
        ...(next === undefined ? {} : { NextToken: next }),
      }),
      { abortSignal: signal },
    )
    found.push(...(answer.MetricAlarms ?? []))
    next = answer.NextToken
    if (next === undefined) break
  }
  const alarmed: Alarmed[] = []
  for (const { AlarmArn: arn, StateValue: state } of found) {
    if (arn === undefined || state !== 'ALARM') continue
    if (asked.arns !== undefined && !asked.arns.includes(arn)) continue
    const tags = await client.send(new ListTagsForResourceCommand({ ResourceARN: arn }), {
      abortSignal: signal,
    })
    const one = readTags(new Map(tags.Tags?.map(tag => [tag.Key, tag.Value])))
    if (one !== undefined) alarmed.push(one)
  }
  return alarmed
}

const nameOf = (arn: string): string => arn.split(':').slice(6).join(':')

function readTags(tags: ReadonlyMap<string | undefined, string | undefined>): Alarmed | undefined {
  const fleet = fleetOfTags(tags)
  const trigger = tags.get(zeroTags.trigger)
  return fleet === undefined || (trigger !== 'queue_empty' && trigger !== 'silent')
    ? undefined
    : { ...fleet, trigger }
}

/** The fleet that a resource belongs to, by its tags; undefined when it is none of ours. */
export function fleetOfTags(
  tags: ReadonlyMap<string | undefined, string | undefined>,
): FleetKey | undefined {
  const stage = tags.get(zeroTags.stage) ?? ''
  const slug = tags.get(zeroTags.slug) ?? ''
  return tags.get('Project') === 'bp' && stages.has(stage) && isFleetSlug(slug)
    ? { stage, slug }
    : undefined
}
