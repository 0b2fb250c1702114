import type { MetricName } from '@bp/contracts/metrics'

/** Counters of this process since its start. */
export interface Counters {
  add(name: MetricName, n: number): void
  valueOf(name: MetricName): number
}

export function createCounters(): Counters {
  const values = new Map<MetricName, number>()
  return {
    add: (name, n) => void values.set(name, (values.get(name) ?? 0) + n),
    valueOf: name => values.get(name) ?? 0,
  }
}
