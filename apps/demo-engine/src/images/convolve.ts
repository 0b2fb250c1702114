import { PythonError } from '../python-error.ts'
import type { Plane } from './picture.ts'

/** Rows that are worked on before other work gets its turn. */
const ROWS_A_BREATH = 48

/**
 * A Gaussian of `2 · radius + 1` taps, in the node's own scale: `sigma` counts in units of the radius, so sigma 1
 * is already a wide blur. The two-dimensional kernel of a real engine is the product of two of these.
 */
export function gaussianTaps(radius: number, sigma: number): Float64Array {
  const taps = new Float64Array(2 * radius + 1)
  for (let index = 0; index < taps.length; index++) {
    const distance = radius === 0 ? 0 : index / radius - 1
    taps[index] = Math.exp(-(distance * distance) / (2 * sigma * sigma))
  }
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map(tap => tap / sum)
}

/**
 * Blurs one frame by the same taps along rows and columns. Borders are mirrored, which a real engine refuses when
 * the picture is not larger than the radius; so does this.
 */
export async function blurPlane(
  plane: Plane,
  taps: Float64Array,
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  const radius = (taps.length - 1) / 2
  const { width, height, channels, data } = plane
  if (radius >= width || radius >= height)
    throw new PythonError(
      'RuntimeError',
      `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${radius}, ${radius}) at dimension ${radius >= width ? 3 : 2} of input [1, ${channels}, ${height}, ${width}]`,
    )
  const stride = width * channels

  const across = new Float32Array(data.length)
  const padded = new Float32Array((width + 2 * radius) * channels)
  for (let row = 0; row < height; row++) {
    if (row % ROWS_A_BREATH === 0) await breathe()
    padRow(data, row * stride, width, channels, radius, padded)
    const to = row * stride
    const centre = taps[radius]!
    for (let index = 0; index < stride; index++)
      across[to + index] = centre * padded[index + radius * channels]!
    // The taps are symmetric: two neighbours share one multiplication.
    for (let offset = 1; offset <= radius; offset++) {
      const tap = taps[radius + offset]!
      const left = (radius - offset) * channels
      const right = (radius + offset) * channels
      for (let index = 0; index < stride; index++)
        across[to + index] =
          across[to + index]! + tap * (padded[index + left]! + padded[index + right]!)
    }
  }

  const result = new Float32Array(data.length)
  for (let row = 0; row < height; row++) {
    if (row % ROWS_A_BREATH === 0) await breathe()
    const to = row * stride
    const centre = taps[radius]!
    for (let index = 0; index < stride; index++) result[to + index] = centre * across[to + index]!
    for (let offset = 1; offset <= radius; offset++) {
      const tap = taps[radius + offset]!
      const above = mirror(row - offset, height) * stride
      const below = mirror(row + offset, height) * stride
      for (let index = 0; index < stride; index++)
        result[to + index] =
          result[to + index]! + tap * (across[above + index]! + across[below + index]!)
    }
  }
  return result
}

function padRow(
  data: Float32Array,
  from: number,
  width: number,
  channels: number,
  radius: number,
  padded: Float32Array,
): void {
  padded.set(data.subarray(from, from + width * channels), radius * channels)
  for (let offset = 1; offset <= radius; offset++) {
    for (let channel = 0; channel < channels; channel++) {
      padded[(radius - offset) * channels + channel] =
        data[from + mirror(-offset, width) * channels + channel]!
      padded[(radius + width - 1 + offset) * channels + channel] =
        data[from + mirror(width - 1 + offset, width) * channels + channel]!
    }
  }
}

/** The position inside that a position just outside is mirrored to, without repeating the border. */
function mirror(position: number, size: number): number {
  if (position < 0) return -position
  return position >= size ? 2 * size - 2 - position : position
}
