/**
 * SQL as text plus parameters. Values never become text: whatever is written into a template is bound,
 * except another piece of SQL, which is spliced in.
 */

/** What both drivers take as a bound value. */
export type Param = string | number | bigint | null | Uint8Array

export interface Sql {
  readonly text: string
  readonly params: readonly Param[]
}

const isSql = (part: Param | Sql): part is Sql =>
  typeof part === 'object' && part !== null && !(part instanceof Uint8Array)

/** Builds a statement: `sql\`SELECT … WHERE id = ${id}\``. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Param | Sql)[]): Sql {
  let text = strings[0] ?? ''
  const params: Param[] = []
  parts.forEach((part, at) => {
    if (isSql(part)) {
      text += part.text
      params.push(...part.params)
    } else {
      text += '?'
      params.push(part)
    }
    text += strings[at + 1] ?? ''
  })
  return { text, params }
}

/** SQL text of our own, never of a caller: names of tables and columns, keywords of one dialect. */
export const raw = (text: string): Sql => ({ text, params: [] })

/** Joins pieces by a separator that is our own text. */
export function join(pieces: readonly Sql[], separator: string): Sql {
  return {
    text: pieces.map(piece => piece.text).join(separator),
    params: pieces.flatMap(piece => piece.params),
  }
}

/** `(?, ?, …)` for an IN. The caller makes sure that it is not empty: an empty list is no SQL. */
export const list = (values: readonly Param[]): Sql => ({
  text: `(${values.map(() => '?').join(', ')})`,
  params: values,
})
