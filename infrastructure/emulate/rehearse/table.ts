import type { Outcome } from './step.ts'

const columns = ['step', 's', 'real', 'emulated', 'result'] as const
const widthsMax = { step: 46, s: 6, real: 46, emulated: 46, result: 11 } as const

/** The closing table: each step with what was real of it, what was emulated, and what is thin yet. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ step, seconds, result }) => ({
    step: step.title,
    s: seconds.toFixed(1),
    real: step.real,
    emulated: step.thin === undefined ? step.emulated : `${step.emulated}; thin: ${step.thin}`,
    result,
  }))
  const lines: string[] = []
  const put = (cells: Readonly<Record<(typeof columns)[number], string>>): void => {
    const wrapped = columns.map(column => wrap(cells[column], widthsMax[column]))
    const height = Math.max(...wrapped.map(part => part.length))
    for (let at = 0; at < height; at++)
      lines.push(
        columns
          .map((column, n) => (wrapped[n]?.[at] ?? '').padEnd(widthsMax[column]))
          .join('  ')
          .trimEnd(),
      )
  }
  put({ step: 'step', s: 's', real: 'real', emulated: 'emulated', result: 'result' })
  let chapter = ''
  for (const [at, row] of rows.entries()) {
    const now = outcomes[at]?.step.chapter ?? ''
    if (now !== chapter) lines.push('', (chapter = now))
    put(row)
  }
  return lines.join('\n')
}

/** Breaks a text between words. A word that is longer than a line stands alone on its line. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** One sentence with the counts. */
export function summary(outcomes: readonly Outcome[]): string {
  const count = (result: Outcome['result']): number =>
    outcomes.filter(outcome => outcome.result === result).length
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0)
  const thin = outcomes.filter(({ step }) => step.thin !== undefined).length
  return `${outcomes.length} steps: ${count('passed')} passed, ${count('failed')} failed, ${count('not reached')} not reached, ${thin} thin; ${Math.round(seconds)} s.`
}
