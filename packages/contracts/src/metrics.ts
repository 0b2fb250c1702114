/** Every metric, defined once: for `/metrics`, alarms, dashboards, the console and the docs. */
export interface Metric {
  readonly kind: 'gauge' | 'counter'
  readonly unit: 'jobs' | 'workers' | 'ms' | 'count' | 'bytes'
  readonly labels: readonly string[]
  readonly help: string
}

export const metrics = {
  bp_jobs_ready: {
    kind: 'gauge',
    unit: 'jobs',
    labels: ['stage', 'fleet'],
    help: 'Jobs that a worker could take now.',
  },
  bp_jobs_leased: {
    kind: 'gauge',
    unit: 'jobs',
    labels: ['stage', 'fleet'],
    help: 'Jobs that a worker is running.',
  },
  bp_jobs_delayed: {
    kind: 'gauge',
    unit: 'jobs',
    labels: ['stage', 'fleet'],
    help: 'Jobs that wait for their time: scheduled, or after a loss.',
  },
  bp_jobs_held: {
    kind: 'gauge',
    unit: 'jobs',
    labels: ['stage', 'fleet'],
    help: "Jobs above their user's running limit.",
  },
  bp_oldest_ready_ms: {
    kind: 'gauge',
    unit: 'ms',
    labels: ['stage', 'fleet'],
    help: 'Age of the oldest job that a worker could take now; 0 when there is none.',
  },
  bp_workers: {
    kind: 'gauge',
    unit: 'workers',
    labels: ['stage', 'fleet', 'state'],
    help: 'Workers that have not ended, by state.',
  },
  bp_leases_granted_total: {
    kind: 'counter',
    unit: 'count',
    labels: [],
    help: 'Leases granted by this process.',
  },
  bp_leases_lost_total: {
    kind: 'counter',
    unit: 'count',
    labels: [],
    help: 'Leases that ended without an answer, found by this process.',
  },
  bp_ends_stale_total: {
    kind: 'counter',
    unit: 'count',
    labels: [],
    help: 'Ends refused because somebody else had the job by then.',
  },
  bp_publish_failures_total: {
    kind: 'counter',
    unit: 'count',
    labels: [],
    help: 'Rounds in which the numbers of the fleets did not reach CloudWatch.',
  },
  bp_event_loop_lag_ms: {
    kind: 'gauge',
    unit: 'ms',
    labels: [],
    help: 'Longest delay of the event loop since the last look.',
  },
  bp_rss_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Resident memory of this process.',
  },
} as const satisfies Record<string, Metric>
export type MetricName = keyof typeof metrics

/** A number of one fleet in CloudWatch, once a minute, with the dimensions `FleetSlug` and `Stage`. */
export interface CloudMetric {
  readonly unit: 'Count' | 'Seconds' | 'None'
  readonly help: string
  /** Published even when the fleet has no machine and no job: alarms rest on it. The others cost money for nothing then. */
  readonly isAlways: boolean
}

export const cloudMetrics = {
  QueueDepth: {
    unit: 'Count',
    isAlways: true,
    help: 'Jobs that a worker could take now, and jobs that run.',
  },
  BacklogPerInstance: {
    unit: 'Count',
    isAlways: true,
    help: 'QueueDepth divided by ActiveWorkers, or by 1 when there is none.',
  },
  ActiveWorkers: {
    unit: 'Count',
    isAlways: true,
    help: 'Workers that are ready and were heard of within 45 s, busy ones included.',
  },
  ScalerHeartbeat: {
    unit: 'None',
    isAlways: true,
    help: '1: the scaler of this fleet is able. 0: it is not, or the fleet has none; then the fallback may act.',
  },
  BusyWorkers: { unit: 'Count', isAlways: false, help: 'Workers that hold a lease.' },
  BootingWorkers: {
    unit: 'Count',
    isAlways: false,
    help: 'Machines on their way: from the plan until the worker is ready.',
  },
  AvailableCapacity: { unit: 'Count', isAlways: false, help: 'Free slots of active workers.' },
  IdleSeconds: {
    unit: 'Seconds',
    isAlways: false,
    help: 'Seconds of this minute in which active workers had nothing to do, as seen at its end.',
  },
  OldestWaitSeconds: {
    unit: 'Seconds',
    isAlways: false,
    help: 'Age of the oldest job that a worker could take now; 0 when there is none.',
  },
  ErrorRate: {
    unit: 'None',
    isAlways: false,
    help: 'Failed jobs divided by finished ones, 0 to 1, over the last five minutes. No point when nothing finished.',
  },
  LeaseExpiredCount: {
    unit: 'Count',
    isAlways: false,
    help: 'Leases that ended without an answer since the last point.',
  },
} as const satisfies Record<string, CloudMetric>
export type CloudMetricName = keyof typeof cloudMetrics

/** What alarms already wait for and the scaling law will publish. Until then these are silent, which rings nothing. */
export const awaitedCloudMetrics = {
  LaunchFailures: {
    unit: 'Count',
    isAlways: false,
    help: 'Boots that failed in a row; at 3 the breaker is open.',
  },
  IceCount: {
    unit: 'Count',
    isAlways: false,
    help: 'Launches since the last point that AWS had no machine for.',
  },
  SpotInterruptionCount: {
    unit: 'Count',
    isAlways: false,
    help: 'Spot machines taken back since the last point.',
  },
  OrphanInstances: {
    unit: 'Count',
    isAlways: false,
    help: 'Machines of the fleet that nobody manages.',
  },
} as const satisfies Record<string, CloudMetric>
export type FleetMetricName = CloudMetricName | keyof typeof awaitedCloudMetrics

/** What the functions beside the backend publish: the first with the fleet's dimensions, the other without. */
export const functionMetrics = {
  ScaleToZeroDecision: {
    unit: 'Count',
    isAlways: false,
    help: 'Machines of one fleet that a run ended.',
  },
  OldestSecretDays: {
    unit: 'Count',
    isAlways: false,
    help: 'Age in days of the oldest secret that is changed by habit. Once a day.',
  },
} as const satisfies Record<string, CloudMetric>
export type FunctionMetricName = keyof typeof functionMetrics
