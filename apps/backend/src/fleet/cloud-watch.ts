/** Brings points to CloudWatch. The SDK is loaded at the first call, and only where `BP_METRICS=cloudwatch`. */
import type { CloudWatchClient, MetricDatum } from '@aws-sdk/client-cloudwatch'
import type { Stage } from '@bp/contracts/fleets'
import { cloudMetrics } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
import type { FleetPoint } from './fleet-metrics.ts'

export interface FleetPoints {
  readonly stage: Stage
  readonly slug: string
  readonly points: readonly FleetPoint[]
}

export interface CloudWatch {
  /** Sends everything with one time (Unix ms). The points of a fleet travel together, so no alarm sees half of them. */
  publish(fleets: readonly FleetPoints[], atMs: number, signal: AbortSignal): Promise<void>
}

/** What one call takes. */
const pointsMax = 1_000
const attemptsMax = 3
const connectMsMax = 3_000
const answerMsMax = 8_000

export function openCloudWatch(): CloudWatch {
  let opening: Promise<CloudWatchClient> | undefined
  const sdk = () => import('@aws-sdk/client-cloudwatch')
  const client = (): Promise<CloudWatchClient> =>
    (opening ??= sdk().then(
      ({ CloudWatchClient }) =>
        new CloudWatchClient({
          maxAttempts: attemptsMax,
          requestHandler: { connectionTimeout: connectMsMax, requestTimeout: answerMsMax },
        }),
    ))
  return {
    publish: async (fleets, atMs, signal) => {
      const { PutMetricDataCommand } = await sdk()
      const open = await client()
      for (const data of callsOf(fleets, new Date(atMs)))
        await open.send(
          new PutMetricDataCommand({ Namespace: names.metricNamespace, MetricData: [...data] }),
          { abortSignal: signal },
        )
    },
  }
}

/** As few calls as hold everything, with no fleet cut in two. */
export function callsOf(
  fleets: readonly FleetPoints[],
  at: Date,
): readonly (readonly MetricDatum[])[] {
  const calls: MetricDatum[][] = []
  for (const { stage, slug, points } of fleets) {
    const data = points.map(({ name, value }): MetricDatum => ({
      MetricName: name,
      Value: value,
      Unit: cloudMetrics[name].unit,
      Timestamp: at,
      Dimensions: [
        { Name: 'FleetSlug', Value: slug },
        { Name: 'Stage', Value: stage },
      ],
    }))
    const last = calls.at(-1)
    if (last === undefined || last.length + data.length > pointsMax) calls.push(data)
    else last.push(...data)
  }
  return calls
}
