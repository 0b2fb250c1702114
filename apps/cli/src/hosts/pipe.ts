import type { Cell } from '../verb.ts'
import type { Host, Streams } from './host.ts'
import { refusalLines } from './refusal-lines.ts'
import { oneLine, type Paint } from './style.ts'

export interface Paints {
  readonly out: Paint
  readonly err: Paint
}

/** For programs and files: tab-separated lines without a heading; progress is a line a phase. */
export function pipeHost({ out, err }: Streams, paint: Paints): Host {
  let phase: string | undefined
  const cells = (row: readonly (string | Cell)[]) => row.map(textOf).join('\t')
  return {
    message: message => {
      if (message.say === 'event') out.write(`${cells(message.cells)}\n`)
      else if (message.say === 'note') err.write(`${oneLine(message.text)}\n`)
      else if (message.phase !== phase) {
        phase = message.phase
        err.write(`${oneLine(message.text)}\n`)
      }
    },
    result: ({ view, next }) => {
      if (view.kind === 'table') {
        for (const row of view.rows) out.write(`${cells(row)}\n`)
        if (view.rows.length === 0) err.write(`${oneLine(view.empty)}\n`)
      } else if (view.kind === 'facts') for (const fact of view.facts) out.write(`${cells(fact)}\n`)
      else for (const line of view.lines) out.write(`${line}\n`)
      if (next !== undefined) err.write(`next: ${oneLine(next)}\n`)
    },
    refusal: refusal => {
      for (const line of refusalLines(refusal, paint.err)) err.write(`${line}\n`)
    },
  }
}

const textOf = (cell: string | Cell): string => oneLine(typeof cell === 'string' ? cell : cell.text)
