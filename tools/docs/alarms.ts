import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from '../../infrastructure/lib/app.ts'
import { readConfig } from '../../infrastructure/lib/config/config.ts'
import { BpAlarm } from '../../infrastructure/lib/constructs/bp-alarm.ts'
import { code, page, table } from './table.ts'

const root = join(import.meta.dirname, '../..')

/** An installation with everything on, so that every alarm is there. */
const everything = {
  account: '111122223333',
  alert_email: 'ops@example.com',
  budget_usd_month: 400,
  domain: 'app.example.com',
  certificate_arn: 'arn:aws:acm:us-east-1:111122223333:certificate/0',
  fleets: [{ stage: 'staging', slug: 'portraits', instance_types: ['g6.xlarge'], max: 1 }],
}
const fleetSuffix = '-staging-portraits'

const tiers = [
  ['p1', 'Wakes somebody', 'People cannot work, or will not be able to soon.'],
  ['p2', 'Today', 'Something is worse than it should be.'],
  ['p3', 'This week', 'Money, habits and trends.'],
  ['net', 'Nobody', 'The net under the scaler: these act by themselves and send no message.'],
] as const

/** Every alarm by urgency: what it looks at, when it rings, what silence means and where to read on. */
export function alarmsPage(): string {
  const { context }: { context: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(join(root, 'cdk.json'), 'utf8'),
  )
  // Constructs only: no synth, no bundle, no check.
  const app = buildApp(readConfig(everything), {
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
  })
  const alarms = app.node.findAll().filter(it => it instanceof BpAlarm)
  const parts = tiers.map(([tier, title, meaning]) => [
    `## ${title} (${tier})`,
    meaning,
    table(
      ['alarm', 'looks at', 'rings when', 'silence means', 'what people see', 'runbook'],
      alarms.filter(it => it.facts.name.startsWith(`bp-${tier}-`)).map(rowOf),
    ),
  ])
  return page(
    'Alarms',
    `Each alarm of a fleet is there once for each fleet, with \`-<stage>-<slug>\` behind its name. \`bp-p1-site-down\` speaks for the three alarms that together are one outage.`,
    parts.map(part => part.join('\n\n')),
  )
}

function rowOf({ facts, metric }: BpAlarm): readonly string[] {
  const { above, below, points = 1, of = points } = facts
  const bound = above === undefined ? `below ${below}` : `above ${above}`
  const [file = '', anchor = ''] = facts.runbook.replace('docs/', '../').split('#')
  const isFleets = facts.name.endsWith(fleetSuffix)
  return [
    code(isFleets ? facts.name.replace(fleetSuffix, '-<fleet>') : facts.name),
    lookedAt(metric),
    `${bound}, ${points} of ${of} × ${minutes(metric)}`,
    silence[facts.missing],
    facts.sees,
    `[${anchor}](${file}#${anchor})`,
  ]
}

const silence = {
  notBreaching: 'all is well',
  breaching: 'the worst',
  ignore: 'what was before',
  missing: 'unknown',
} as const

/** The metric, or the formula with the metrics behind its letters. */
function lookedAt(metric: BpAlarm['metric']): string {
  const { metricStat, mathExpression } = metric.toMetricConfig()
  if (metricStat !== undefined) return `${code(metricStat.metricName)} (${metricStat.statistic})`
  if (mathExpression === undefined) throw new Error('an alarm that looks at nothing')
  const inputs = Object.entries(mathExpression.usingMetrics).map(([letter, input]) => {
    const name = input.toMetricConfig().metricStat?.metricName
    return name === undefined ? letter : `${letter} ${code(name)}`
  })
  return `${code(mathExpression.expression)}: ${inputs.join(', ')}`
}

function minutes(metric: BpAlarm['metric']): string {
  const { metricStat, mathExpression } = metric.toMetricConfig()
  const count = metricStat?.period.toMinutes() ?? (mathExpression?.period ?? 0) / 60
  if (count >= 1440) return `${count / 1440} d`
  return count >= 60 ? `${count / 60} h` : `${count} min`
}
