import type { Plane } from './picture.ts'

/** Which end of the values under the window is taken. */
export type Extreme = 'lowest' | 'highest'

/** Values along which a window slides: `lines` lines of `length` positions, each position `step` values wide. */
interface Track {
  readonly lines: number
  readonly length: number
  readonly step: number
}

/**
 * The lowest or highest value of a square window around each pixel, for each channel by itself.
 * What lies outside of the picture is left out.
 */
export function extremePlane(plane: Plane, size: number, which: Extreme): Float32Array {
  const { width, height, channels } = plane
  const lowest = which === 'lowest'
  const across = slide(plane.data, { lines: height, length: width, step: channels }, size, lowest)
  // Columns are slid over in one go: one line whose positions are whole rows.
  return slide(across, { lines: 1, length: height, step: width * channels }, size, lowest)
}

/**
 * Slides a window along each line. Windows are put together from windows of half the size, so that a large one costs
 * little more than a small one (1280 × 853: 0.09 s for 3, 0.24 s for 21).
 */
function slide(data: Float32Array, track: Track, size: number, lowest: boolean): Float32Array {
  const { lines, length, step } = track
  const before = Math.floor(size / 2)
  const after = size - 1 - before
  let from = data
  let span = 1
  for (; span * 2 <= size; span *= 2) from = joinAhead(from, track, span, lowest)
  if (span < size) from = joinAhead(from, track, size - span, lowest)

  const result = new Float32Array(data.length)
  for (let line = 0; line < lines; line++) {
    const origin = line * length * step
    const shifted = Math.min(before, length)
    result.set(from.subarray(origin, origin + (length - shifted) * step), origin + shifted * step)
    // Windows that begin before the line: everything from its start to the window's end.
    const edge = data.slice(origin, origin + step)
    let seen = 0
    for (let position = 0; position < shifted; position++) {
      for (const last = Math.min(length - 1, position + after); seen < last;) {
        seen++
        const at = origin + seen * step
        for (let offset = 0; offset < step; offset++) {
          const value = data[at + offset]!
          const known = edge[offset]!
          if (value < known === lowest) edge[offset] = value
        }
      }
      result.set(edge, origin + position * step)
    }
  }
  return result
}

/** Joins what stands at each position with what stands `ahead` positions later, the last one beyond the end. */
function joinAhead(
  data: Float32Array,
  { lines, length, step }: Track,
  ahead: number,
  lowest: boolean,
): Float32Array {
  const result = new Float32Array(data.length)
  for (let line = 0; line < lines; line++) {
    const origin = line * length * step
    const end = origin + length * step
    const last = end - step
    for (let at = origin; at < end; at++) {
      const value = data[at]!
      const beyond = at + ahead * step
      const other = data[beyond < end ? beyond : last + ((at - origin) % step)]!
      result[at] = other < value === lowest ? other : value
    }
  }
  return result
}
