import {
  awaitedCloudMetrics,
  cloudMetrics,
  functionMetrics,
  metrics,
  type CloudMetric,
  type Metric,
} from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
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
    '## Of the backend, at `/metrics`',
    table(['metric', 'kind', 'unit', 'labels', 'meaning'], rows),
    '## Of each fleet, in CloudWatch',
    `Namespace ${code(names.metricNamespace)}, dimensions \`FleetSlug\` and \`Stage\`, once a minute, by the backend.`,
    inCloud(cloudMetrics),
    'These alarms know already; the scaling law will publish them:',
    inCloud(awaitedCloudMetrics),
    '## Of the functions beside it, in CloudWatch',
    `Namespace ${code(names.metricNamespace)}.`,
    inCloud(functionMetrics),
  ])
}

const inCloud = (rows: Readonly<Record<string, CloudMetric>>): string =>
  table(
    ['metric', 'unit', 'also at zero machines', 'meaning'],
    Object.entries(rows).map(([name, row]) => [
      code(name),
      row.unit,
      row.isAlways ? 'yes' : 'no',
      row.help,
    ]),
  )
