/** What a workflow's later steps and its page are told, through the files that the runner names. */
import { appendFileSync } from 'node:fs'

type Environment = Readonly<Record<string, string | undefined>>

/** Values for later steps, one line each. Does nothing outside of a workflow. */
export function tellSteps(env: Environment, values: Readonly<Record<string, string>>): void {
  const file = env['GITHUB_OUTPUT']
  if (file === undefined || file === '') return
  for (const [name, value] of Object.entries(values)) {
    if (/[\r\n]/.test(value)) throw new Error(`${name} has more than one line`)
    appendFileSync(file, `${name}=${value}\n`)
  }
}

/** A summary longer than this is refused by the runner. */
const summaryCharsMax = 900_000

/** Markdown for the page of the run. Does nothing outside of a workflow. */
export function tellPage(env: Environment, markdown: string): void {
  const file = env['GITHUB_STEP_SUMMARY']
  if (file === undefined || file === '') return
  appendFileSync(file, `${markdown.slice(0, summaryCharsMax)}\n`)
}
