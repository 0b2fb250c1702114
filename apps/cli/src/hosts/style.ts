import { styleText } from 'node:util'

export type StyleChoice = 'auto' | 'always' | 'never'
export type Tone = 'plain' | 'dim' | 'good' | 'bad' | 'warn' | 'strong'

const formats = {
  dim: 'dim',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  strong: 'bold',
} as const

/** Paints texts for a terminal, or leaves them as they are. */
export type Paint = (tone: Tone, text: string) => string

/** NO_COLOR and FORCE_COLOR decide, else whether it is a terminal. */
export function paintFor(choice: StyleChoice, isTerminal: boolean): Paint {
  if (choice === 'never' || (choice === 'auto' && !isTerminal)) return (_tone, text) => text
  return (tone, text) =>
    tone === 'plain' ? text : styleText(formats[tone], text, { validateStream: false })
}

/**
 * Text of a server, a file name or a person, fit for a line: control characters could move the cursor, change
 * colours or fake another line.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
