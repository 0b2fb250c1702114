/** A scene of a sample picture: its size and what is drawn, as SVG. */
export interface Scene {
  readonly width: number
  readonly height: number
  readonly svg: string
}

/** Numbers that look random and are the same at each run. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From `low` up to `high`. */
  between(low: number, high: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * (high - low)
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1))
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.whole(0, from.length - 1)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  chance(share: number): boolean {
    return this.between(0, 1) < share
  }
}

/** A scene of its parts; `defs` holds gradients and filters. */
export function scene(width: number, height: number, defs: string, body: string): Scene {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs>${defs}</defs>${body}</svg>`
  return { width, height, svg }
}

/** Colour stops from `offset colour [opacity]` texts. */
function stops(list: readonly string[]): string {
  return list
    .map(text => {
      const [offset, colour, opacity = '1'] = text.split(' ')
      return `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`
    })
    .join('')
}

/** A gradient from top to bottom. */
export function vertical(id: string, ...list: readonly string[]): string {
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops(list)}</linearGradient>`
}

/** A gradient from left to right. */
export function horizontal(id: string, ...list: readonly string[]): string {
  return `<linearGradient id="${id}" x1="0" y1="0" x2="1" y2="0">${stops(list)}</linearGradient>`
}

/** A gradient from a centre, which may lie off the middle to light a ball from a side. */
export function radial(
  id: string,
  list: readonly string[],
  centre = '50% 50%',
  radius = '50%',
): string {
  const [x, y] = centre.split(' ')
  return `<radialGradient id="${id}" cx="50%" cy="50%" r="${radius}" fx="${x}" fy="${y}">${stops(list)}</radialGradient>`
}

/** A blur. */
export function blur(id: string, across: number, down = across): string {
  return `<filter id="${id}" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="${across} ${down}"/></filter>`
}

/** Cloud-like stains of one colour, to be laid over a rectangle. */
export function clouds(
  id: string,
  frequency: string,
  colour: readonly [number, number, number],
  seed: number,
  sharpness = 3,
  floor = -1.3,
): string {
  const [r, g, b] = colour
  return `<filter id="${id}" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="5" seed="${seed}"/><feColorMatrix values="0 0 0 0 ${r}  0 0 0 0 ${g}  0 0 0 0 ${b}  ${sharpness} 0 0 0 ${floor}"/></filter>`
}

/** Moves what it is laid on by noise: ripples of water, ragged outlines. */
export function ripple(id: string, frequency: string, scale: number, seed: number): string {
  return `<filter id="${id}" x="-5%" y="-5%" width="110%" height="110%"><feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="3" seed="${seed}"/><feDisplacementMap in="SourceGraphic" scale="${scale}" xChannelSelector="R" yChannelSelector="G"/></filter>`
}

/** A rectangle. */
export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  more = '',
): string {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${fill}" ${more}/>`
}

/** A disc. */
export function disc(x: number, y: number, radius: number, fill: string, more = ''): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="${fill}" ${more}/>`
}

/** An ellipse. */
export function ellipse(
  x: number,
  y: number,
  across: number,
  down: number,
  fill: string,
  more = '',
): string {
  return `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${across.toFixed(1)}" ry="${down.toFixed(1)}" fill="${fill}" ${more}/>`
}

/** A closed outline. */
export function shape(path: string, fill: string, more = ''): string {
  return `<path d="${path}" fill="${fill}" ${more}/>`
}

/** A polygon of points. */
export function polygon(
  points: readonly (readonly [number, number])[],
  fill: string,
  more = '',
): string {
  return `<polygon points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="${fill}" ${more}/>`
}

/**
 * The outline of a range of hills from the left to the right border, by halving again and again.
 * `roughness` is how much of each step's height survives the next halving.
 */
export function ridge(
  dice: Dice,
  width: number,
  base: number,
  rise: number,
  roughness: number,
): readonly (readonly [number, number])[] {
  let heights = [dice.between(0, rise), dice.between(0, rise)]
  let amplitude = rise
  for (let step = 0; step < 8; step++) {
    const next: number[] = []
    heights.forEach((height, index) => {
      next.push(height)
      const after = heights[index + 1]
      if (after !== undefined)
        next.push((height + after) / 2 + dice.between(-amplitude, amplitude) / 2)
    })
    heights = next
    amplitude *= roughness
  }
  const points = heights.map(
    (height, index) => [(index / (heights.length - 1)) * width, base - height] as const,
  )
  return points
}

/** A ridge as a filled shape down to `bottom`. */
export function mountain(
  points: readonly (readonly [number, number])[],
  bottom: number,
  fill: string,
  more = '',
): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  return polygon([...points, [last[0], bottom], [first[0], bottom]], fill, more)
}
