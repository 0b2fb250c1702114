import { jobStatuses } from '@bp/contracts/jobs'
import { limits } from '@bp/contracts/limits'
import { closest } from '../../closest.ts'
import { jobTable } from '../../jobs/job-view.ts'
import { wrongUsage } from '../../refusal.ts'
import type { Input, Run } from '../../verb.ts'

/** A page of your jobs, newest first. */
export const run: Run = async function* (input, context) {
  const client = await context.client()
  const answer = await client.jobs.list({ query: queryOf(input), signal: context.signal })
  if (answer.next_cursor !== null)
    yield { say: 'note', code: 'more', text: `There are more: --cursor ${answer.next_cursor}` }
  return {
    data: { jobs: answer.data, next_cursor: answer.next_cursor },
    view: jobTable(answer.data, context.now()),
  }
}

function queryOf(input: Input) {
  const status = input.text('status')
  for (const word of status?.split(',') ?? []) {
    if (jobStatuses.some(known => known === word)) continue
    const near = closest(word, jobStatuses)
    throw wrongUsage(
      `There is no status "${word}". ${near === undefined ? `It is one of ${jobStatuses.join(', ')}.` : `Did you mean ${near}?`}`,
    )
  }
  const limit = input.number('limit')
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1 || limit > limits.listLimitMax))
    throw wrongUsage(`--limit must be a whole number from 1 to ${limits.listLimitMax}.`)
  return {
    ...(status === undefined ? {} : { status }),
    ...(limit === undefined ? {} : { limit }),
    ...optional('effect', input),
    ...optional('tag', input),
    ...optional('cursor', input),
  }
}

function optional<Name extends 'effect' | 'tag' | 'cursor'>(
  name: Name,
  input: Input,
): { [Key in Name]?: string } {
  const value = input.text(name)
  const found: { [Key in Name]?: string } = {}
  if (value !== undefined) found[name] = value
  return found
}
