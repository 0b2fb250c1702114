import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bringUp } from '../src/admin/fleets/bring-up.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../docs/DAY1_OPERATOR.md'), 'utf8')
  .replaceAll('asg-$STAGE-$SLUG', '$GROUP')
  .replaceAll('$GROUP', 'asg-staging-portraits')
  .replaceAll('$STAGE', 'staging')
  .replaceAll('$SLUG', 'portraits')
const lines = new Set(guide.split('\n').map(line => line.trim()))

it('says the very commands of the operator guide, for the fleet that is looked at', () => {
  const commands = bringUp({ stage: 'staging', slug: 'portraits' }).flatMap(step => step.commands)
  expect(commands.length).toBeGreaterThan(5)
  expect(commands.filter(command => !lines.has(command))).toEqual([])
})
