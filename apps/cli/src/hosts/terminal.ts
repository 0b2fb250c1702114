import type { Cell, View } from '../verb.ts'
import type { Host, Streams } from './host.ts'
import type { Paints } from './pipe.ts'
import { refusalLines } from './refusal-lines.ts'
import { oneLine, type Paint } from './style.ts'

/** At most ten progress lines a second: more cannot be read. */
const drawEveryMs = 100
const barWidth = 20

/** For a person: aligned tables, colours, one progress line that is drawn over. */
export function terminalHost({ out, err }: Streams, paint: Paints): Host {
  let drawnAtMs = -Infinity
  let isDrawn = false
  const clear = () => {
    if (isDrawn) err.write('\r\u001b[2K')
    isDrawn = false
  }
  return {
    message: message => {
      if (message.say === 'progress') {
        if (!err.isTerminal || performance.now() - drawnAtMs < drawEveryMs) return
        clear()
        const line = `${bar(message.part)}${oneLine(message.text)}`
        err.write(line.slice(0, Math.max(10, err.columns - 1)))
        drawnAtMs = performance.now()
        isDrawn = true
        return
      }
      clear()
      if (message.say === 'event') out.write(`${message.cells.map(oneLine).join('  ')}\n`)
      else err.write(`${oneLine(message.text)}\n`)
    },
    result: ({ view, next }) => {
      clear()
      for (const line of viewLines(view, paint.out)) out.write(`${line}\n`)
      if (next !== undefined) err.write(`${paint.err('dim', 'next:')} ${oneLine(next)}\n`)
    },
    refusal: refusal => {
      clear()
      for (const line of refusalLines(refusal, paint.err)) err.write(`${line}\n`)
    },
  }
}

function bar(part: number | null): string {
  if (part === null) return ''
  const full = Math.round(Math.min(1, Math.max(0, part)) * barWidth)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} `
}

function viewLines(view: View, paint: Paint): readonly string[] {
  if (view.kind === 'lines') return view.lines
  if (view.kind === 'facts') {
    const rows = view.facts.map(([label, value]) => [{ text: label, tone: 'dim' } as const, value])
    return aligned(rows, paint)
  }
  if (view.rows.length === 0) return [oneLine(view.empty)]
  const head = view.columns.map(column => ({ text: column.toUpperCase(), tone: 'dim' }) as const)
  return aligned([head, ...view.rows], paint)
}

function aligned(rows: readonly (readonly (string | Cell)[])[], paint: Paint): readonly string[] {
  const cells = rows.map(row => row.map(toCell))
  const widths: number[] = []
  for (const row of cells)
    row.forEach(({ text }, n) => (widths[n] = Math.max(widths[n] ?? 0, text.length)))
  return cells.map(row =>
    row
      .map(({ text, tone }, n) => {
        const isLast = n === row.length - 1
        return paint(tone, text) + (isLast ? '' : ' '.repeat((widths[n] ?? 0) - text.length + 2))
      })
      .join(''),
  )
}

const toCell = (cell: string | Cell): Cell =>
  typeof cell === 'string'
    ? { text: oneLine(cell), tone: 'plain' }
    : { ...cell, text: oneLine(cell.text) }
