/** What the metrics say: whether an alarm is still right, since when the backend is away, since when a group is closed. */
import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { CloudMetricName } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
import type { FleetKey } from './backend.ts'

const minuteMs = 60_000
const periodS = 60
/** How far back a sign of life is looked for: longer than the longest run that a job may have. */
const lookBackMs = 180 * minuteMs
const pagesMax = 5

interface Points {
  /** Newest first: when each minute began, and its value. */
  readonly queueDepth: readonly Point[]
  readonly heartbeat: readonly Point[]
  /** Of the group that was asked about. */
  readonly maxSize: readonly Point[]
}
interface Point {
  readonly atMs: number
  readonly value: number
}

/** Queue depth and heartbeat of a fleet, and MaxSize of one of its groups, over the last three hours. */
export async function readPoints(
  client: CloudWatchClient,
  fleet: FleetKey,
  group: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<Points> {
  const ofFleet = (name: CloudMetricName) => ({
    Namespace: names.metricNamespace,
    MetricName: name,
    Dimensions: [
      { Name: 'FleetSlug', Value: fleet.slug },
      { Name: 'Stage', Value: fleet.stage },
    ],
  })
  const wanted = {
    queueDepth: ofFleet('QueueDepth'),
    heartbeat: ofFleet('ScalerHeartbeat'),
    maxSize: {
      Namespace: 'AWS/AutoScaling',
      MetricName: 'GroupMaxSize',
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
    },
  }
  const found: Record<string, Point[]> = {}
  let next: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const answer = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(nowMs - lookBackMs),
        EndTime: new Date(nowMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: Object.entries(wanted).map(([id, metric]) => ({
          Id: id,
          MetricStat: { Metric: metric, Period: periodS, Stat: 'Maximum' },
        })),
        ...(next === undefined ? {} : { NextToken: next }),
      }),
      { abortSignal: signal },
    )
    for (const {
      Id: id = '',
      Timestamps: times = [],
      Values: values = [],
    } of answer.MetricDataResults ?? []) {
      const points = (found[id] ??= [])
      for (const [at, time] of times.entries())
        points.push({ atMs: time.getTime(), value: values[at] ?? 0 })
    }
    next = answer.NextToken
    if (next === undefined) break
  }
  return {
    queueDepth: found['queueDepth'] ?? [],
    heartbeat: found['heartbeat'] ?? [],
    maxSize: found['maxSize'] ?? [],
  }
}

/** Ms since the backend published anything; the whole look back when it did not. */
export function awayMs({ heartbeat }: Points, nowMs: number): number {
  const [last] = heartbeat
  return last === undefined ? lookBackMs : Math.max(0, nowMs - last.atMs - minuteMs)
}

/** Ms for which MaxSize has certainly been 0: back to the last minute that says otherwise, or says nothing. */
export function closedForMs({ maxSize }: Points, nowMs: number): number {
  let sinceMs = nowMs
  for (const point of maxSize) {
    // One late minute is no gap: these metrics come up to two minutes late.
    if (point.value > 0 || sinceMs - point.atMs > 3 * minuteMs) break
    sinceMs = point.atMs
  }
  return Math.max(0, nowMs - sinceMs)
}

/** Whether the last three minutes contradict what an alarm says. Minutes without a point contradict nothing. */
export function contradicts(
  trigger: 'queue_empty' | 'silent',
  points: Points,
  nowMs: number,
): boolean {
  const fresh = (point: Point): boolean => point.atMs >= nowMs - 4 * minuteMs
  return trigger === 'queue_empty'
    ? points.queueDepth
        .filter(fresh)
        .slice(0, 3)
        .some(point => point.value > 0)
    : points.heartbeat
        .filter(fresh)
        .slice(0, 3)
        .some(point => point.value >= 1)
}
