/** Commands of the backend that a workflow may run, and nothing else: a task has the backend's rights. */
import { OperateFault } from './fault.ts'

export const tasks = ['migrate', 'migrate-status', 'seed'] as const

/** Sets of `bp-backend seed`. None of them is demo data, which production would have to be asked for. */
const seedSets = ['effects'] as const

/** The words behind the image's entry point. Throws `usage` for what is no task or no set. */
export function commandOf(asked: {
  readonly task: string
  readonly set: string | undefined
}): readonly string[] {
  const { task, set } = asked
  if (task === 'migrate') return ['migrate']
  if (task === 'migrate-status') return ['migrate', '--status']
  if (task === 'seed') {
    const known = seedSets.find(one => one === set)
    if (known !== undefined) return ['seed', known]
    throw new OperateFault(
      'usage',
      `There is no set "${set ?? ''}" of seeds.`,
      `--set ${seedSets.join('|')}`,
    )
  }
  throw new OperateFault('usage', `There is no task "${task}".`, `--task ${tasks.join('|')}`)
}
