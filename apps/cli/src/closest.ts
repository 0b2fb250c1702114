/** The known word that was probably meant; undefined when none is near. */
export function closest(typed: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(typed.length / 3))
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const word of known) {
    const distance = word.startsWith(typed) ? 1 : editsBetween(typed, word)
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { word, distance }
  }
  return best?.word
}

/** Letters to insert, delete, replace or swap with their neighbour. */
function editsBetween(a: string, b: string): number {
  // Three rows of the table are enough: a swap looks two rows back.
  let before: readonly number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(replace, swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    before = above
    above = row
  }
  return above[b.length] ?? 0
}
