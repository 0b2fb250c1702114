/**
 * The commands of a shell script as words: `a "b c" | d $(e)` → [[e], [a, "b c"], [d, $(…)]]. Enough for the scripts of
 * our pages: no arithmetic, no arrays, no case. Whether it is a script at all is asked of bash.
 */
export function commandsIn(script: string): readonly (readonly string[])[] {
  const text = withoutHeredocs(script).replaceAll('\\\n', ' ')
  const commands: string[][] = []
  read(text, 0, false, commands)
  return commands.map(withoutFrame).filter(words => words.some(word => word !== '$(…)'))
}

/** Their text is no command; `$(…)` in it is, and stays. */
const withoutHeredocs = (script: string): string =>
  script.replaceAll(
    /<<'?(\w+)'?\n([\s\S]*?)\n\1(?=\n|$)/g,
    (_all, _end, body: string) => `\n${[...body.matchAll(/\$\([^)]*\)/g)].join('\n')}`,
  )

/** Reads until the end, or the `)` of a substitution. Answers where it stopped. */
function read(text: string, from: number, isInner: boolean, commands: string[][]): number {
  let words: string[] = []
  let word: string | undefined
  let isTarget = false
  const endWord = () => {
    if (word !== undefined && !isTarget) words.push(word)
    if (word !== undefined) isTarget = false
    word = undefined
  }
  const endCommand = () => {
    endWord()
    if (words.length > 0) commands.push(words)
    words = []
  }
  let at = from
  while (at < text.length) {
    const c = text.charAt(at)
    if (c === "'") {
      const end = text.indexOf("'", at + 1)
      word = (word ?? '') + text.slice(at + 1, end)
      at = end + 1
    } else if (c === '"') {
      const quoted = readQuoted(text, at + 1, commands)
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (text.startsWith('$(', at)) {
      at = read(text, at + 2, true, commands)
      word = `${word ?? ''}$(…)`
    } else if (c === '\\') {
      word = (word ?? '') + text.charAt(at + 1)
      at += 2
    } else if (c === ')' && isInner) {
      endCommand()
      return at + 1
    } else if (c === '#' && word === undefined) {
      const end = text.indexOf('\n', at)
      at = end === -1 ? text.length : end
    } else if ('<>'.includes(c)) {
      endWord()
      isTarget = true
      at += 1
    } else if (';|&\n'.includes(c)) {
      endCommand()
      at += 1
    } else if (/\s/.test(c)) {
      endWord()
      at += 1
    } else {
      word = (word ?? '') + c
      at += 1
    }
  }
  endCommand()
  return at
}

function readQuoted(text: string, from: number, commands: string[][]) {
  let quoted = ''
  let at = from
  while (at < text.length && text.charAt(at) !== '"') {
    if (text.startsWith('$(', at)) {
      at = read(text, at + 2, true, commands)
      quoted += '$(…)'
      continue
    }
    if (text.charAt(at) === '\\') at += 1
    quoted += text.charAt(at)
    at += 1
  }
  return { text: quoted, end: at + 1 }
}

/** Without what stands before a command: assignments, `do`, `{`, the head of a function. */
function withoutFrame(words: readonly string[]): readonly string[] {
  const first = words.findIndex(word => !/^(\w+=.*|do|then|else|\{|\}|!|\w+\(\))$/s.test(word))
  return first === -1 ? [] : words.slice(first)
}
