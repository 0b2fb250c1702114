import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import type { ServiceName } from './service.ts'
import { runTool, type Show } from './tool.ts'

const callMsMax = 60_000

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Makes the call that sets between how many tasks Application Auto Scaling may choose; its policies stay as
 * CloudFormation made them. `env` must hold PATH and the credentials.
 */
export const scalingBy =
  (env: Environment, show: Show) =>
  async (service: ServiceName, minTasks: number, maxTasks: number): Promise<void> => {
    const target = {
      'service-namespace': 'ecs',
      'scalable-dimension': 'ecs:service:DesiredCount',
      'resource-id': `service/${names.cluster}/${names.services[service]}`,
      'min-capacity': String(minTasks),
      'max-capacity': String(maxTasks),
    }
    const flags = Object.entries(target).flatMap(([flag, value]) => [`--${flag}`, value])
    const { status } = await runTool(
      'aws',
      ['application-autoscaling', 'register-scalable-target', ...flags],
      { env, show, withinMs: callMsMax },
    )
    if (status !== 0)
      throw new OperateFault(
        'tool_failed',
        `The scaling of ${names.services[service]} could not be set.`,
        'What AWS said stands above. Run it again.',
      )
  }
