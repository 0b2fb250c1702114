import { metrics, type Metric } from '@bp/contracts/metrics'
import { code, page, table } from './table.ts'

/** Every metric as `/metrics`, alarms and the console know it. */
export function metricsPage(): string {
  const rows = Object.entries<Metric>(metrics).map(([name, row]) => [
    code(name),
    row.kind,
    row.unit,
    row.labels.map(code).join(', '),
    row.help,
  ])
  return page('Metrics', 'Each is defined once, in contracts.', [
    table(['metric', 'kind', 'unit', 'labels', 'meaning'], rows),
  ])
}
