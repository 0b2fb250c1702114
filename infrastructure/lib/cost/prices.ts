/** The day on which the prices were typed in. */
export const pricesDate = '2026-11-24'

/**
 * List prices of us-east-1 in dollars, typed in by hand and not checked against a bill; taxes, free tiers and discounts
 * are left out. Other regions are up to a quarter dearer.
 */
export const prices = {
  hoursPerMonth: 730,
  natGatewayHour: 0.045,
  /** Of one interface endpoint in one zone. */
  endpointHour: 0.01,
  natInstanceHour: 0.0042,
  natInstanceVolumeMonth: 0.64,
  publicAddressHour: 0.005,
  loadBalancerHour: 0.0225,
  taskCpuHour: 0.03238,
  taskGbHour: 0.00356,
  databaseHour: { 't4g.micro': 0.016, 't4g.medium': 0.065 },
  databaseGbMonth: 0.115,
  cacheNodeHour: { redis: { 'cache.t4g.micro': 0.016 }, valkey: { 'cache.t4g.micro': 0.0128 } },
  secretMonth: 0.4,
  keyMonth: 1,
  /** Of each metric that an alarm looks at. */
  alarmMetricMonth: 0.1,
  /** Of a metric of our own that is published all the time. */
  metricMonth: 0.3,
  snapshotGbMonth: 0.05,
  insightsServiceMonth: 3,
} as const
