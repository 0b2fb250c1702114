import type { Refusal } from '../refusal.ts'
import { oneLine, type Paint } from './style.ts'

/** A refusal in words: sentence, faults, cause, next command, request id. */
export function refusalLines(refusal: Refusal, paint: Paint): readonly string[] {
  const lines = [`${paint('bad', 'error:')} ${oneLine(refusal.message)}`]
  for (const fault of refusal.faults)
    lines.push(
      `  ${oneLine(fault.pointer === '' ? '' : `${fault.pointer}: `)}${oneLine(fault.message)}`,
    )
  if (refusal.reason !== undefined)
    lines.push(`  ${paint('dim', 'cause:')} ${oneLine(refusal.reason)}`)
  if (refusal.next !== undefined) lines.push(`  ${paint('dim', 'next:')}  ${oneLine(refusal.next)}`)
  if (refusal.requestId !== undefined)
    lines.push(`  ${paint('dim', 'request:')} ${oneLine(refusal.requestId)}`)
  return lines
}
