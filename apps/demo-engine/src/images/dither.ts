import { nearestIn, type Palette } from './palette.ts'

/** Paints a picture in a palette's colours, each pixel in the nearest one. */
export function paint(bytes: Uint8Array, palette: Palette): Uint8Array {
  const nearest = nearestIn(palette)
  const result = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at += 3)
    copyColour(palette, nearest(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!), result, at)
  return result
}

/** The same with a Bayer pattern of `order` × `order` added first: regular dots instead of flat areas. */
export function paintBayer(
  bytes: Uint8Array,
  width: number,
  palette: Palette,
  order: number,
): Uint8Array {
  const spread = (2 * 256) / (palette.length / 3)
  const pattern = bayerMatrix(order).map(value => spread * value + 0.5)
  const shifted = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) {
    const pixel = Math.floor(at / 3)
    const row = Math.floor(pixel / width) % order
    const column = (pixel % width) % order
    shifted[at] = Math.min(255, Math.max(0, bytes[at]! + pattern[row * order + column]!))
  }
  return paint(shifted, palette)
}

/** The same with each pixel's error handed on to its neighbours. */
export function paintFloydSteinberg(
  bytes: Uint8Array,
  width: number,
  palette: Palette,
): Uint8Array {
  const nearest = nearestIn(palette)
  const stride = width * 3
  const rest = Float32Array.from(bytes)
  const result = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at += 3) {
    const [red, green, blue] = [clamp(rest[at]!), clamp(rest[at + 1]!), clamp(rest[at + 2]!)]
    const colour = nearest(red, green, blue)
    copyColour(palette, colour, result, at)
    const column = (at / 3) % width
    for (let channel = 0; channel < 3; channel++) {
      const error = clamp(rest[at + channel]!) - palette[colour + channel]!
      if (error === 0) continue
      const here = at + channel
      if (column + 1 < width) add(rest, here + 3, (error * 7) / 16)
      if (column > 0) add(rest, here + stride - 3, (error * 3) / 16)
      add(rest, here + stride, (error * 5) / 16)
      if (column + 1 < width) add(rest, here + stride + 3, error / 16)
    }
  }
  return result
}

function add(values: Float32Array, at: number, amount: number): void {
  if (at < values.length) values[at] = values[at]! + amount
}

function clamp(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value)
}

function copyColour(palette: Palette, colour: number, result: Uint8Array, at: number): void {
  result[at] = palette[colour]!
  result[at + 1] = palette[colour + 1]!
  result[at + 2] = palette[colour + 2]!
}

/** The Bayer matrix of an order (a power of two), around zero. */
function bayerMatrix(order: number): Float64Array {
  if (order <= 1) return new Float64Array(1)
  const half = order / 2
  const quarter = bayerMatrix(half)
  const cells = order * order
  const matrix = new Float64Array(cells)
  const offsets = [-1.5, 0.5, 1.5, -0.5]
  for (let row = 0; row < order; row++) {
    for (let column = 0; column < order; column++) {
      const block = (row < half ? 0 : 2) + (column < half ? 0 : 1)
      matrix[row * order + column] =
        quarter[(row % half) * half + (column % half)]! + offsets[block]! / cells
    }
  }
  return matrix
}
