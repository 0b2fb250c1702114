#!/usr/bin/env node
/** Brings pushed images into service, or back out when they are no good. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ECSClient } from '@aws-sdk/client-ecs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { checkTag } from '../lib/operate/image-in-registry.ts'
import { loadInstallation } from '../lib/operate/installation.ts'
import { numberOf } from '../lib/operate/number-of.ts'
import { prepare, release } from '../lib/operate/release.ts'
import { runScript, show, type Script } from '../lib/operate/script.ts'
import { servicesOf } from '../lib/operate/services-flag.ts'
import { scalingBy } from '../lib/operate/task-scaling.ts'
import { tellSteps } from '../lib/operate/workflow-files.ts'

const script: Script = {
  name: 'release-service',
  summary:
    'Brings a pushed image into service: pointer, rollout, /api/up, alarms quiet; on any fault back to the previous one.',
  options: {
    services: { fallback: 'all', about: 'all, or some of backend,frontend' },
    tag: { isRequired: true, about: 'tag of the images: the commit they were built from' },
    step: {
      fallback: 'all',
      oneOf: ['prepare', 'all'],
      about: 'prepare makes the revisions, so that a task can be run from them, and stops',
    },
    'quiet-minutes': { fallback: '5', about: 'how long the alarms are watched' },
    'steady-minutes': { fallback: '20', about: 'bound of the rollout of one service' },
    'healthy-minutes': { fallback: '5', about: 'bound of the first good answer of the front door' },
    connect: { about: 'host:port to connect to instead of the load balancer' },
  },
}

const patience = (everyMs: number, minutes: number) => ({ everyMs, withinMs: minutes * 60_000 })

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const services = servicesOf(flags.text('services'))
  const tag = checkTag(flags.text('tag'))
  const minutes = (flag: string) => numberOf(flag, flags.text(flag), { min: 0, max: 60 })
  const quiet = patience(5_000, minutes('quiet-minutes'))
  const steady = patience(3_000, minutes('steady-minutes'))
  const healthy = patience(2_000, minutes('healthy-minutes'))
  const ecr = new ECRClient()
  const ecs = new ECSClient()
  if (flags.text('step') === 'prepare') {
    const revisions = Object.fromEntries(await prepare({ ecr, ecs }, services, tag))
    tellSteps(process.env, revisions)
    return {
      line: `Image ${tag} can be run: ${Object.values(revisions).join(', ')}`,
      data: { tag, revisions },
    }
  }
  const { shape } = loadInstallation(process.env)
  const released = await release(
    {
      cloudwatch: new CloudWatchClient(),
      ecr,
      ecs,
      ssm: new SSMClient(),
      setScaling: scalingBy(process.env, show),
    },
    {
      services,
      tag,
      tasks: { min: shape.task.min, max: shape.task.max },
      steady,
      healthy,
      quiet,
      connect: flags.maybe('connect'),
    },
    say,
  )
  const lines = released.services.map(one =>
    one.standsStill
      ? `${one.service} ${one.previous} → ${tag}, and stands at 0 tasks as before`
      : `${one.service} ${one.previous} → ${tag}`,
  )
  return { line: `In service: ${lines.join('; ')}.`, data: { ...released } }
})
