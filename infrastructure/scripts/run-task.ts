#!/usr/bin/env node
/** A task of the backend's image beside the database: migrations, seeds. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECSClient } from '@aws-sdk/client-ecs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { commandOf, tasks } from '../lib/operate/database-tasks.ts'
import { OperateFault } from '../lib/operate/fault.ts'
import { numberOf } from '../lib/operate/number-of.ts'
import { runOneOff } from '../lib/operate/one-off-task.ts'
import { runScript, type Script } from '../lib/operate/script.ts'

const script: Script = {
  name: 'run-task',
  summary:
    'Runs one command of the backend beside the database, as a task of its own, and waits for its end.',
  options: {
    task: { isRequired: true, oneOf: tasks, about: 'what to run' },
    set: { about: 'for seed: which set' },
    revision: { about: 'ARN of the task definition; without it the one in service' },
    minutes: { fallback: '20', about: 'the task is stopped after so many' },
  },
}

process.exitCode = await runScript(script, process.argv.slice(2), async (flags, say) => {
  const command = commandOf({ task: flags.text('task'), set: flags.maybe('set') })
  const clouds = {
    ecs: new ECSClient(),
    logs: new CloudWatchLogsClient(),
    ssm: new SSMClient(),
  }
  const withinMs = numberOf('minutes', flags.text('minutes'), { min: 1, max: 55 }) * 60_000
  const revision = flags.maybe('revision')
  const end = await runOneOff(
    clouds,
    { command, revision, patience: { everyMs: 2_000, withinMs } },
    say,
  )
  if (end.exitCode !== 0)
    throw new OperateFault(
      'task_failed',
      `${command.join(' ')} ended with ${end.exitCode}: ${end.log.at(-1) ?? 'it said nothing'}`,
      flags.text('task') === 'migrate-status'
        ? 'Run DB Migrate for the image in service; for a newer one run Deploy with run_migrations on.'
        : 'Its log stands above; nothing of it is undone by this. Run it again when the cause is gone.',
    )
  return { line: `${command.join(' ')}: ${end.log.at(-1) ?? 'done'}`, data: { ...end } }
})
