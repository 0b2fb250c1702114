/** A Markdown table; bars and line breaks in cells are escaped, so any text may stand in one. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = `|${head.map(() => ' --- ').join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** Text as inline code; empty stays empty. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

/** One generated page: title, what it is, and its parts, each set off by an empty line. */
export function page(title: string, intro: string, parts: readonly string[]): string {
  return `${[`# ${title}`, intro, ...parts].join('\n\n')}\n`
}
