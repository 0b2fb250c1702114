import { commandsOf, docsBlocks } from '../docs-commands.ts'
import { fleetStack } from '../fleet.ts'
import { bash, bashUntilItSays } from '../shell.ts'
import { chapter, type Step } from '../step.ts'

const step = chapter('Useful commands')

const useful = step({
  id: 'useful-commands',
  title: "The guide's commands, as they stand in docs/DAY1_OPERATOR.md",
  command:
    'aws ecs describe-services …; aws logs tail … --follow; aws cloudformation list-stacks …',
  real: 'the AWS CLI (version 1); log lines of the services',
  emulated: 'ECS, CloudWatch Logs, CloudFormation; `aws logs tail`, which only version 2 has',
  needs: ['scale-to-zero'],
  play: async (scene, signal) => {
    const blocks = await docsBlocks('DAY1_OPERATOR.md', 'Useful commands')
    const said: string[] = []
    for (const line of blocks.flatMap(commandsOf)) {
      if (line.includes('--follow'))
        said.push(`${line}: ${(await bashUntilItSays(scene, line, signal)).slice(0, 80)} …`)
      else said.push((await bash(scene, line, signal)).out)
    }
    const all = said.join('\n')
    for (const wanted of ['bp-backend', 'bp-frontend', fleetStack])
      if (!all.includes(wanted)) throw new Error(`nothing was said of ${wanted}:\n${all}`)
    return `${said.length} commands, each with an answer`
  },
})

export const usefulSteps: readonly Step[] = [useful]
