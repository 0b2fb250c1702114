/** What these templates use of HCL: blocks with labels, attributes with any expression, comments of one line. */
export interface HclBlock {
  readonly type: string
  readonly labels: readonly string[]
  /** Name → the expression as it is written, with its white space made single. */
  readonly attributes: ReadonlyMap<string, string>
  readonly blocks: readonly HclBlock[]
}

const open = '([{'
const close = ')]}'

/** Reads a template into one nameless block. Throws, with the line, where it is not such a text. */
export function readHcl(text: string): HclBlock {
  let at = 0
  const fail = (what: string): never => {
    throw new Error(`line ${text.slice(0, at).split('\n').length}: ${what}`)
  }
  const skip = () => {
    const found = /^(?:\s+|#[^\n]*)*/.exec(text.slice(at))
    at += found?.[0].length ?? 0
  }
  const word = () => {
    const found = /^[A-Za-z_][\w-]*/.exec(text.slice(at))
    if (found === null) return fail('a name is missing')
    at += found[0].length
    return found[0]
  }
  /** Leaves the position behind the closing quote; `${…}` in it may hold quotes of its own. */
  const quoted = () => {
    const from = at
    at += 1
    for (; text[at] !== '"'; at += 1) {
      if (at >= text.length || text[at] === '\n') fail('a text does not end')
      if (text[at] === '\\') at += 1
      else if (text.startsWith('${', at)) {
        at += 2
        while (text[at] !== '}') {
          if (at >= text.length) fail('an interpolation does not end')
          if (text[at] === '"') quoted()
          else at += 1
        }
      }
    }
    at += 1
    return text.slice(from, at)
  }
  const expression = () => {
    const wanted: string[] = []
    let found = ''
    while (at < text.length) {
      const char = text[at] ?? ''
      if (char === '\n' && wanted.length === 0) break
      if (char === '"') {
        found += quoted()
        continue
      }
      if (char === '#') {
        while (at < text.length && text[at] !== '\n') at += 1
        continue
      }
      const opened = open.indexOf(char)
      if (opened >= 0) wanted.push(close[opened] ?? '')
      else if (close.includes(char) && wanted.pop() !== char) fail(`"${char}" closes nothing`)
      found += char
      at += 1
    }
    if (wanted.length > 0) fail(`"${wanted.at(-1) ?? ''}" is missing`)
    found = found.replaceAll(/\s+/g, ' ').trim()
    return found === '' ? fail('an attribute has no value') : found
  }
  const body = (type: string, labels: readonly string[], isWhole: boolean): HclBlock => {
    const attributes = new Map<string, string>()
    const blocks: HclBlock[] = []
    for (skip(); at < text.length && text[at] !== '}'; skip()) {
      const name = word()
      skip()
      if (text[at] === '=') {
        at += 1
        if (attributes.has(name)) fail(`${name} is given twice`)
        attributes.set(name, expression())
        continue
      }
      const own: string[] = []
      for (; text[at] === '"'; skip()) own.push(quoted().slice(1, -1))
      if (text[at] !== '{') fail(`${name} is neither an attribute nor a block`)
      at += 1
      blocks.push(body(name, own, false))
      at += 1
    }
    if (isWhole !== at >= text.length) fail(isWhole ? '"}" closes nothing' : '"}" is missing')
    return { type, labels, attributes, blocks }
  }
  return body('', [], true)
}

/** The blocks of a type, with these labels as their first ones. */
export const blocksOf = (block: HclBlock, type: string, ...labels: readonly string[]) =>
  block.blocks.filter(
    one => one.type === type && labels.every((label, at) => one.labels[at] === label),
  )

/** The one block of a type. Throws when there is none or more than one. */
export function blockOf(block: HclBlock, type: string, ...labels: readonly string[]): HclBlock {
  const [found, ...more] = blocksOf(block, type, ...labels)
  if (found === undefined || more.length > 0)
    throw new Error(`${[type, ...labels].join(' ')}: ${found === undefined ? 'none' : 'several'}`)
  return found
}

/** The texts of a list, without their quotes. */
export const textsOf = (expression = ''): readonly string[] =>
  [...expression.matchAll(/"((?:\$\{[^}]*\}|[^"])*)"/g)].map(found => found[1] ?? '')
