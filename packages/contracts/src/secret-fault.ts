/** What a shared secret must be, said once: the operator's verb, the backend and the worker refuse the same texts. */

/** Characters below which a text can be tried out. */
const secretCharsMin = 24
/** Bits, counted from how often each character stands in the text. A random text of 24 hex digits has about 80. */
const entropyBitsMin = 60

/** Nobody's random text holds these, whatever stands around them. */
const anywhere =
  /change[-_ ]?(me|it|this)|placeholder|replace[-_ ]?(me|this)|insert[-_ ]?here|your[-_ ].*(here|key|secret|token)|\$\{[^}]*\}|\{\{.*\}\}/i
/** Short enough to stand in a random text by chance, so only as words of their own. */
const asWord = /(^|[^a-z0-9])(todo|fixme|example|dummy|sample|x{8,})([^a-z0-9]|$)/i
/** A text made of these and nothing else, in any number: `secret`, `my-secret-key`. */
const onlyWords = /^(my|the|bp|app|fleet|secret|password|token|key|test|default|none|null|value)+$/i

const remedy = `Put a random text of at least ${String(secretCharsMin)} characters there, for instance from \`openssl rand -base64 32\`.`

/**
 * Why a text cannot be a secret, in one sentence and what to do; `undefined` when it can. The sentence never holds any
 * part of the text. It is about the value alone: whoever calls says whose value it is.
 */
export function secretFault(text: string): string | undefined {
  const why = faultOf(text)
  return why === undefined ? undefined : `The value ${why}. ${remedy}`
}

function faultOf(text: string): string | undefined {
  if (text.trim() === '') return 'is empty'
  // Files lose blanks at their ends, and two readers then disagree about what the secret is.
  if (text !== text.trim() || /[\r\n\0]/.test(text))
    return 'has blanks around it or holds more than one line'
  if (isPlaceholder(text)) return 'is a placeholder'
  if (text.length < secretCharsMin) return `has fewer than ${String(secretCharsMin)} characters`
  if (isRepeated(text) || isSequence(text) || entropyBits(text) < entropyBitsMin)
    return 'can be guessed: it repeats itself or follows a pattern'
  return undefined
}

const isPlaceholder = (text: string): boolean =>
  anywhere.test(text) ||
  asWord.test(text) ||
  /^<.*>$/.test(text) ||
  onlyWords.test(text.replaceAll(/[^a-z]/gi, ''))

/** `aaaa…`, `abcdabcdabcd`: some piece of at most half the length makes up the whole. */
function isRepeated(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1)
    if (text.startsWith(text.slice(period))) return true
  return false
}

/** `abcdefgh…`, `98765432…`: most characters are a neighbour of the one before them. */
function isSequence(text: string): boolean {
  let neighbours = 0
  for (let i = 1; i < text.length; i += 1)
    if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) neighbours += 1
  return neighbours > text.length / 2
}

function entropyBits(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length)
  return bits
}
