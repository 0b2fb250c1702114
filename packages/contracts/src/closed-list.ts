/**
 * A closed list of words with the numbers that the database stores for them.
 * Words cross the wire, numbers rest in rows; both directions are refused when unknown, never guessed.
 */
export interface ClosedList<Word extends string> {
  readonly words: readonly Word[]
  /** The number stored for a word. */
  numberOf(word: Word): number
  /** The word behind a stored number. Throws when the number is unknown: then code and schema disagree. */
  wordOf(stored: number | bigint): Word
  /** True when a text from outside is one of the words. */
  has(text: string): text is Word
}

/** Builds a closed list from `{ word: number }`. Numbers never change once released. */
export function closedList<const Numbers extends Readonly<Record<string, number>>>(
  name: string,
  numbers: Numbers,
): ClosedList<keyof Numbers & string> {
  type Word = keyof Numbers & string
  const byWord = new Map<string, number>(Object.entries(numbers))
  const byNumber = new Map<number, Word>()
  const words: Word[] = []
  for (const word in numbers) {
    const stored = numbers[word]
    if (stored === undefined) continue
    byNumber.set(stored, word)
    words.push(word)
  }
  return {
    words,
    numberOf: word => {
      const found = byWord.get(word)
      if (found === undefined) throw new Error(`${name} has no word "${word}"`)
      return found
    },
    wordOf: stored => {
      const found = byNumber.get(Number(stored))
      if (found === undefined) throw new Error(`${name} has no number ${stored}`)
      return found
    },
    has: (text): text is Word => byWord.has(text),
  }
}
