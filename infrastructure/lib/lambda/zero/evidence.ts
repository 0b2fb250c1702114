/** The last word of each agent of a fleet, from its log: for when the backend cannot be asked. */
import {
  FilterLogEventsCommand,
  ResourceNotFoundException,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import type { AgentEvidence } from '@bp/domain/scaling/decide-zero'
import type { FleetKey } from './backend.ts'

/** Agents speak once a minute; what is older than this is as good as silence, and nothing older is looked for. */
const lookBackMs = 31 * 60_000
const pagesMax = 100

/** A line that an agent writes once a minute. Any other word than `idle` is taken for work. */
const StateLine = z.object({
  event: z.literal('agent.state'),
  state: z.string(),
  since: z.iso.datetime(),
})

/**
 * Evidence by instance; machines without a line in the last half hour have none. Throws when the log cannot be read to
 * its end, because silence is evidence as well.
 */
export async function readEvidence(
  client: CloudWatchLogsClient,
  fleet: FleetKey,
  nowMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AgentEvidence>> {
  const found = new Map<string, AgentEvidence>()
  const prefix = `${fleet.stage}/`
  let next: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    let answer
    try {
      answer = await client.send(
        new FilterLogEventsCommand({
          logGroupName: names.logGroups.workers(fleet.slug),
          logStreamNamePrefix: prefix,
          filterPattern: '{ $.event = "agent.state" }',
          startTime: nowMs - lookBackMs,
          ...(next === undefined ? {} : { nextToken: next }),
        }),
        { abortSignal: signal },
      )
    } catch (thrown) {
      // No log group: nobody has ever written a line.
      if (thrown instanceof ResourceNotFoundException) return found
      throw thrown
    }
    for (const { logStreamName: stream = '', timestamp: atMs = 0, message = '' } of answer.events ??
      []) {
      const line = readLine(message)
      const id = stream.slice(prefix.length)
      const ageMs = nowMs - atMs
      if (line === undefined || ageMs > (found.get(id)?.ageMs ?? Number.POSITIVE_INFINITY)) continue
      found.set(id, {
        state: line.state === 'idle' ? 'idle' : 'busy',
        forMs: Math.max(0, nowMs - Date.parse(line.since)),
        ageMs,
      })
    }
    next = answer.nextToken
    if (next === undefined) return found
  }
  throw new Error(`the log of ${fleet.stage}/${fleet.slug} is longer than ${pagesMax} pages`)
}

function readLine(message: string): z.infer<typeof StateLine> | undefined {
  try {
    return StateLine.safeParse(JSON.parse(message)).data
  } catch {
    return undefined
  }
}
