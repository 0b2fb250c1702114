/** Colours as packed bytes: r, g, b, r, g, b … */
export type Palette = Uint8Array

/** One colour of a picture, or of a cell of near colours, and what its pixels sum up to. */
interface Colour {
  /** The three channels as one number: red in the highest byte. */
  readonly packed: number
  readonly pixels: number
  readonly sums: readonly [number, number, number]
}

/** A part of the colours that may be divided further. */
interface Box {
  readonly colours: readonly Colour[]
  readonly pixels: number
}

type Axis = 0 | 1 | 2

/** Colours that are told apart; with more, the lowest bits are dropped until they fit. Pillow's number. */
const COLOURS_MAX = 65_536
/** How much a difference in red, green and blue counts when a box is divided (they follow perceived brightness). */
const AXIS_WEIGHTS = [77, 150, 29] as const

/** Picks at most `count` colours for a picture by median cut, the way Pillow picks them by default. */
export function medianCut(bytes: Uint8Array, count: number): Palette {
  const boxes: Box[] = [makeBox(histogram(bytes))]
  while (boxes.length < count) {
    const at = fullestBox(boxes)
    const box = at === undefined ? undefined : boxes[at]
    if (at === undefined || box === undefined) break
    boxes.splice(at, 1, ...divide(box))
  }
  return Uint8Array.from(boxes.flatMap(average))
}

/** The picture's colours with their number of pixels. */
function histogram(bytes: Uint8Array): readonly Colour[] {
  for (let droppedBits = 0; ; droppedBits++) {
    const keep = (255 >> droppedBits) << droppedBits
    const cells = countCells(bytes, keep)
    if (cells.size <= COLOURS_MAX) return [...cells].map(([packed, sums]) => toColour(packed, sums))
  }
}

function countCells(bytes: Uint8Array, keep: number): ReadonlyMap<number, Float64Array> {
  const cells = new Map<number, Float64Array>()
  for (let at = 0; at < bytes.length; at += 3) {
    const [red, green, blue] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!]
    const packed = ((red & keep) << 16) | ((green & keep) << 8) | (blue & keep)
    let sums = cells.get(packed)
    if (sums === undefined) {
      if (cells.size > COLOURS_MAX) return cells
      sums = new Float64Array(4)
      cells.set(packed, sums)
    }
    sums[0] = sums[0]! + red
    sums[1] = sums[1]! + green
    sums[2] = sums[2]! + blue
    sums[3] = sums[3]! + 1
  }
  return cells
}

function toColour(packed: number, sums: Float64Array): Colour {
  return { packed, pixels: sums[3]!, sums: [sums[0]!, sums[1]!, sums[2]!] }
}

function channelOf(colour: Colour, axis: Axis): number {
  return (colour.packed >> (16 - 8 * axis)) & 255
}

/** The box with the most pixels that still holds two colours. */
function fullestBox(boxes: readonly Box[]): number | undefined {
  let best: number | undefined
  for (const [index, box] of boxes.entries())
    if (box.colours.length > 1 && (best === undefined || box.pixels > boxes[best]!.pixels))
      best = index
  return best
}

/** Cuts a box at its middle pixel, from the bright end on. Colours that are equal on the axis stay together. */
function divide(box: Box): readonly [Box, Box] {
  const axis = widestAxis(box.colours)
  const sorted = box.colours.toSorted((one, other) => channelOf(other, axis) - channelOf(one, axis))
  let seen = 0
  let cut = 0
  while (cut < sorted.length && seen * 2 <= box.pixels) seen += sorted[cut++]!.pixels
  const last = channelOf(sorted[cut - 1]!, axis)
  while (cut < sorted.length && channelOf(sorted[cut]!, axis) === last) cut++
  if (cut === sorted.length) {
    // All from the middle on are equal: they become the other half.
    const darkest = channelOf(sorted[sorted.length - 1]!, axis)
    while (cut > 1 && channelOf(sorted[cut - 1]!, axis) === darkest) cut--
  }
  return [makeBox(sorted.slice(0, cut)), makeBox(sorted.slice(cut))]
}

function makeBox(colours: readonly Colour[]): Box {
  return { colours, pixels: colours.reduce((sum, { pixels }) => sum + pixels, 0) }
}

function widestAxis(colours: readonly Colour[]): Axis {
  let best: Axis = 0
  let bestSpread = -1
  for (const axis of [0, 1, 2] as const) {
    let low = 255
    let high = 0
    for (const colour of colours) {
      const value = channelOf(colour, axis)
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    const spread = (high - low) * AXIS_WEIGHTS[axis]
    if (spread > bestSpread) [best, bestSpread] = [axis, spread]
  }
  return best
}

function average({ colours, pixels }: Box): readonly number[] {
  return ([0, 1, 2] as const).map(axis =>
    Math.floor(0.5 + colours.reduce((sum, { sums }) => sum + sums[axis], 0) / pixels),
  )
}

/**
 * Finds the nearest colour of a palette, as the offset of its first byte. Colours are compared in steps of four,
 * as Pillow compares them, so that each answer is found once.
 */
export function nearestIn(palette: Palette): (red: number, green: number, blue: number) => number {
  const remembered = new Int16Array(1 << 18).fill(-1)
  return (red, green, blue) => {
    const cell = ((red >> 2) << 12) | ((green >> 2) << 6) | (blue >> 2)
    const known = remembered[cell]!
    if (known >= 0) return known
    let best = 0
    let bestDistance = Infinity
    for (let at = 0; at < palette.length; at += 3) {
      const distance =
        (palette[at]! - (red & 252)) ** 2 +
        (palette[at + 1]! - (green & 252)) ** 2 +
        (palette[at + 2]! - (blue & 252)) ** 2
      if (distance < bestDistance) {
        best = at
        bestDistance = distance
      }
    }
    remembered[cell] = best
    return best
  }
}
