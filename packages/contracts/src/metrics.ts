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
