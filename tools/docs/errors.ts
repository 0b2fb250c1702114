import { errors } from '@bp/contracts/errors'
import { jobErrors } from '@bp/contracts/jobs'
import { code, page, table } from './table.ts'

/** Every refusal of the API, and every way in which a job can end without a result. */
export function errorsPage(): string {
  const refusals = Object.entries(errors).map(([name, row]) => [
    code(name),
    String(row.status),
    row.who,
    row.text,
    row.remedy,
  ])
  const ends = Object.entries(jobErrors).map(([name, row]) => [
    code(name),
    row.who,
    row.retryable ? 'yes' : 'no',
  ])
  return page(
    'Errors',
    'Codes are stable for ever; match on them, never on the text. "Who" says whose turn it is: yours, or ours (then a repeat may help).',
    [
      '## Refusals of the API',
      table(['code', 'status', 'who', 'text', 'what to do'], refusals),
      '## Codes of a job that did not succeed',
      table(['code', 'who', 'worth a retry'], ends),
    ],
  )
}
