import { App } from 'aws-cdk-lib'
import { addChecks } from './checks.ts'
import type { Config } from './config/config.ts'
import { Cicd } from './stacks/cicd.ts'
import { Compute } from './stacks/compute.ts'
import { Data } from './stacks/data.ts'
import { GpuFleet } from './stacks/gpu-fleet.ts'
import { GpuShared } from './stacks/gpu-shared.ts'
import { Monitoring } from './stacks/monitoring.ts'
import { Network } from './stacks/network.ts'

export interface AppOptions {
  /** Feature flags, where no command line tool brings them from cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>
  /** Where templates are written; a temporary folder by default. */
  readonly outdir?: string
}

/** All stacks of one installation, in the order of their first deploy. */
export function buildApp(config: Config, { context, outdir }: AppOptions = {}): App {
  const app = new App({
    ...(context && { context: { ...context } }),
    ...(outdir !== undefined && { outdir }),
  })
  addChecks(app)

  const order = [
    new Cicd(app, config),
    new Network(app, config),
    new Data(app, config),
    new Compute(app, config),
    new Monitoring(app, config),
    new GpuShared(app, config),
  ]
  // The order only: values go through parameters, and each stack can be deployed alone.
  for (const [at, stack] of order.entries()) {
    const before = order[at - 1]
    if (before !== undefined) stack.addStackDependency(before)
  }
  const [last] = order.slice(-1)
  for (const fleet of config.fleets) {
    const stack = new GpuFleet(app, config, fleet)
    if (last !== undefined) stack.addStackDependency(last)
  }
  return app
}
