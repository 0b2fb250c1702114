/** A seed of 64 random bits as decimal text: no JavaScript number holds them all. */
export function drawSeed(): string {
  const [word = 0n] = crypto.getRandomValues(new BigUint64Array(1))
  return word.toString()
}
