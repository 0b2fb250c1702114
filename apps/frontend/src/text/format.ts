/** Numbers, sizes, times and ranges as people read them. English; `Intl` does the rest. */

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })

export const formatNumber = (value: number): string => number.format(value)
export const formatPercent = (value: number): string => `${whole.format(Math.floor(value * 100))} %`

/** "4.1 MB": powers of 1000, as shops and file managers write them. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${(value < 10 && unit > 0 ? oneDigit : whole).format(value)} ${units[unit]}`
}

/** "40 ms", "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". Input in ms. */
export function formatDuration(ms: number): string {
  if (ms >= 0.5 && ms < 100) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${oneDigit.format(Math.max(0, ms) / 1000)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** A usual time as a range in human steps: "about 1 s", "2–4 s", "12–18 s", "2–4 min". Input [p50, p90] in ms. */
export function formatRange([low, high]: readonly [number, number]): string {
  const top = Math.max(low, high)
  if (top < 1_500) return top < 700 ? 'under 1 s' : 'about 1 s'
  const minutes = top >= 90_000
  const unit = minutes ? 60_000 : 1_000
  const step = !minutes && top >= 20_000 ? 5 : 1
  const from = Math.max(step === 1 ? 1 : step, Math.floor(low / unit / step) * step)
  const to = Math.max(from, Math.ceil(top / unit / step) * step)
  return from === to
    ? `about ${to} ${minutes ? 'min' : 's'}`
    : `${from}–${to} ${minutes ? 'min' : 's'}`
}

/** "just now", "2 min. ago", "yesterday". Both in Unix ms. */
export function formatAge(atMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - atMs) / 1000)
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`
  if (seconds < 7 * 86_400) return relative.format(-Math.floor(seconds / 86_400), 'day')
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(atMs)
}

/** Date and time in full, in the visitor's zone. */
export const formatExact = (atMs: number): string => exact.format(atMs)

/**
 * Five letters of an id, to tell two apart; Copy gives the whole. An id ends with a counter that is mostly zero, so
 * these are the letters before it, which change from one millisecond to the next.
 */
export const shortId = (id: string): string => id.slice(-9, -4)
