import sharp from 'sharp'
import { PythonError } from '../python-error.ts'
import { fromBytes, toBytes, type Plane } from './picture.ts'

/** The ways that scale nodes offer, by ComfyUI's names. */
export const RESIZE_METHODS = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'] as const

/** For each output position: where its source positions begin, and their weights. */
interface Taps {
  readonly starts: Int32Array
  readonly weights: readonly Float64Array[]
  readonly size: number
}

/**
 * Scales one frame. The four plain ways follow torch's `interpolate` (no anti-aliasing when shrinking: `area`
 * is there for that); lanczos works on bytes, as in a real engine, where Pillow does it.
 */
export async function resize(
  plane: Plane,
  width: number,
  height: number,
  method: string,
): Promise<Float32Array> {
  if (width === plane.width && height === plane.height && method !== 'lanczos') return plane.data
  if (method === 'lanczos') return lanczos(plane, width, height)
  const across = tapsFor(method, plane.width, width)
  const down = tapsFor(method, plane.height, height)
  return resizeRows(resizeColumns(plane, across, width), width, plane.channels, down, height)
}

async function lanczos(plane: Plane, width: number, height: number): Promise<Float32Array> {
  const { width: fromWidth, height: fromHeight } = plane
  const channels = plane.channels === 1 ? 1 : plane.channels === 4 ? 4 : 3
  const { data } = await sharp(toBytes(plane.data), {
    raw: { width: fromWidth, height: fromHeight, channels },
  })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return fromBytes(data)
}

function tapsFor(method: string, from: number, to: number): Taps {
  switch (method) {
    case 'nearest-exact':
      return buildTaps(to, from, at => ({
        start: Math.floor(((at + 0.5) * from) / to),
        weights: [1],
      }))
    case 'area':
      return buildTaps(to, from, at => {
        const start = Math.floor((at * from) / to)
        const count = Math.ceil(((at + 1) * from) / to) - start
        return { start, weights: Array.from({ length: count }, () => 1 / count) }
      })
    case 'bilinear':
      return buildTaps(to, from, at => {
        const centre = Math.max(0, ((at + 0.5) * from) / to - 0.5)
        const start = Math.floor(centre)
        return { start, weights: [1 - (centre - start), centre - start] }
      })
    case 'bicubic':
      return buildTaps(to, from, at => {
        const centre = ((at + 0.5) * from) / to - 0.5
        const start = Math.floor(centre) - 1
        return { start, weights: [0, 1, 2, 3].map(offset => cubic(centre - start - offset)) }
      })
    default:
      throw new PythonError(
        'NotImplementedError',
        `Input Error: Only 3D, 4D and 5D input Tensors supported (got mode '${method}')`,
      )
  }
}

/** The cubic kernel of torch's `interpolate`: a = −0.75. */
function cubic(distance: number): number {
  const x = Math.abs(distance)
  if (x <= 1) return (1.25 * x - 2.25) * x * x + 1
  if (x < 2) return ((-0.75 * x + 3.75) * x - 6) * x + 3
  return 0
}

/** Folds taps that lie outside onto the border, so that the loops need no bounds check. */
function buildTaps(
  to: number,
  from: number,
  tap: (at: number) => { start: number; weights: readonly number[] },
): Taps {
  const starts = new Int32Array(to)
  const weights: Float64Array[] = []
  let size = 1
  for (let at = 0; at < to; at++) {
    const { start, weights: wanted } = tap(at)
    const first = Math.min(from - 1, Math.max(0, start))
    const last = Math.min(from - 1, Math.max(0, start + wanted.length - 1))
    const folded = new Float64Array(last - first + 1)
    wanted.forEach((weight, offset) => {
      const position = Math.min(last, Math.max(first, start + offset)) - first
      folded[position] = folded[position]! + weight
    })
    starts[at] = first
    weights.push(folded)
    size = Math.max(size, folded.length)
  }
  return { starts, weights, size }
}

function resizeColumns(plane: Plane, taps: Taps, width: number): Float32Array {
  const { channels, height, data } = plane
  const result = new Float32Array(width * height * channels)
  for (let row = 0; row < height; row++) {
    const from = row * plane.width * channels
    let to = row * width * channels
    for (let column = 0; column < width; column++) {
      const weights = taps.weights[column]!
      const start = from + taps.starts[column]! * channels
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        let at = start + channel
        for (let tap = 0; tap < weights.length; tap++) {
          sum += weights[tap]! * data[at]!
          at += channels
        }
        result[to++] = sum
      }
    }
  }
  return result
}

function resizeRows(
  data: Float32Array,
  width: number,
  channels: number,
  taps: Taps,
  height: number,
): Float32Array {
  const stride = width * channels
  const result = new Float32Array(stride * height)
  for (let row = 0; row < height; row++) {
    const weights = taps.weights[row]!
    const to = row * stride
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap]!
      const from = (taps.starts[row]! + tap) * stride
      for (let index = 0; index < stride; index++)
        result[to + index] = result[to + index]! + weight * data[from + index]!
    }
  }
  return result
}
