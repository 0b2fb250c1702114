/** `/metrics`: Prometheus text. Outside of `/api`, for this machine only. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { problem } from '@bp/contracts/errors'
import { metrics, type MetricName } from '@bp/contracts/metrics'
import { backlog } from '@bp/store/fleets/backlog'
import { list } from '@bp/store/fleets/list'
import { supply } from '@bp/store/fleets/supply'
import type { Context } from './context.ts'
import { isLoopbackAddress } from './http/host-origin.ts'

interface Sample {
  readonly name: MetricName
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export function registerMetrics(app: FastifyInstance, context: Context): void {
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  app.addHook('onClose', async () => void lag.disable())

  app.get('/metrics', async (request, reply) => {
    // A proxy in front means that the caller is not this machine, whatever the peer says.
    if (!isLoopbackAddress(request.ip) || request.headers['x-forwarded-for'] !== undefined)
      throw problem('route_unknown', { method: 'GET', path: '/metrics' })
    const samples = [...(await fleetSamples(context)), ...processSamples(context, lag.max / 1e6)]
    lag.reset()
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(textOf(samples))
  })
}

async function fleetSamples({ store }: Pick<Context, 'store'>): Promise<readonly Sample[]> {
  return store.read(async reader => {
    const nowMs = await reader.now()
    const samples: Sample[] = []
    for (const fleet of await list(reader)) {
      const labels = { stage: fleet.stage, fleet: fleet.slug }
      const waits = await backlog(reader, fleet.id)
      const oldestMs = waits.oldestReadyAt === undefined ? 0 : nowMs - waits.oldestReadyAt
      samples.push(
        { name: 'bp_jobs_ready', labels, value: waits.ready },
        { name: 'bp_jobs_leased', labels, value: waits.leased },
        { name: 'bp_jobs_delayed', labels, value: waits.delayed },
        { name: 'bp_jobs_held', labels, value: waits.held },
        { name: 'bp_oldest_ready_ms', labels, value: Math.max(0, oldestMs) },
      )
      const { byState } = await supply(reader, fleet.id)
      for (const [state, value] of Object.entries(byState))
        if (state !== 'ended')
          samples.push({ name: 'bp_workers', labels: { ...labels, state }, value })
    }
    return samples
  })
}

function processSamples({ counters }: Pick<Context, 'counters'>, lagMs: number): readonly Sample[] {
  const count = (name: MetricName): Sample => ({
    name,
    labels: {},
    value: counters.valueOf(name),
  })
  return [
    count('bp_leases_granted_total'),
    count('bp_leases_lost_total'),
    count('bp_ends_stale_total'),
    count('bp_publish_failures_total'),
    { name: 'bp_event_loop_lag_ms', labels: {}, value: Math.round(lagMs) },
    { name: 'bp_rss_bytes', labels: {}, value: process.memoryUsage.rss() },
  ]
}

function textOf(samples: readonly Sample[]): string {
  const lines: string[] = []
  for (const [name, found] of Map.groupBy(samples, sample => sample.name)) {
    lines.push(`# HELP ${name} ${metrics[name].help}`, `# TYPE ${name} ${metrics[name].kind}`)
    for (const { labels, value } of found) {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`)
      lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`)
    }
  }
  return `${lines.join('\n')}\n`
}
