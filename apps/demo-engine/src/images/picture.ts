import { PythonError } from '../python-error.ts'

/**
 * A batch of pictures of one size: rows of interleaved channels, each 0..1.
 *
 * Frames are never written to once they are in a batch: nodes make new ones. That is why a batch can repeat a
 * frame or hand it on without a copy.
 */
export interface Picture {
  readonly kind: 'picture'
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly frames: readonly Float32Array[]
}

/** A batch of masks of one size: one channel, 0..1. */
export interface Mask {
  readonly kind: 'mask'
  readonly width: number
  readonly height: number
  readonly frames: readonly Float32Array[]
}

/** One frame with its measures, whatever it belongs to. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Float32Array
}

/** Pixels that one node result may hold, over all frames of a batch (as 32-bit floats: 4.8 GB at most). */
const PIXELS_MAX = 400_000_000

/** Refuses sizes that this process cannot hold, in the words that a real engine's allocator would use. */
export function checkPixels(width: number, height: number, frames: number): void {
  const pixels = width * height * frames
  if (pixels > PIXELS_MAX)
    throw new PythonError(
      'RuntimeError',
      `DefaultCPUAllocator: can't allocate memory: you tried to allocate ${pixels * 12} bytes.`,
    )
}

/** Makes a picture of frames that are known to fit. */
export function picture(
  width: number,
  height: number,
  frames: readonly Float32Array[],
  channels = 3,
): Picture {
  return { kind: 'picture', width, height, channels, frames }
}

/** Makes a mask of frames that are known to fit. */
export function mask(width: number, height: number, frames: readonly Float32Array[]): Mask {
  return { kind: 'mask', width, height, frames }
}

/** The frames of a picture or mask as planes. */
export function planes(of: Picture | Mask): readonly Plane[] {
  const channels = of.kind === 'picture' ? of.channels : 1
  return of.frames.map(data => ({ width: of.width, height: of.height, channels, data }))
}

/** The frame at an index, the last one repeated beyond the end: how batches of unequal length are matched. */
export function frameAt(frames: readonly Float32Array[], index: number): Float32Array {
  const frame = frames[Math.min(index, frames.length - 1)]
  if (frame === undefined)
    throw new PythonError('IndexError', 'index 0 is out of bounds for dimension 0 with size 0')
  return frame
}

/** 0..1 → bytes, cut off and not rounded, as a real engine's save nodes do it. */
export function toBytes(frame: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(frame.length)
  for (let index = 0; index < frame.length; index++) {
    // In 32 bits: k/255 comes back as k. In 64 bits some would come back as k − 1.
    const scaled = Math.fround(255 * frame[index]!)
    bytes[index] = scaled <= 0 ? 0 : scaled >= 255 ? 255 : scaled
  }
  return bytes
}

const byteFractions = Float32Array.from({ length: 256 }, (_, value) => value / 255)

/** Bytes → 0..1. */
export function fromBytes(bytes: Uint8Array): Float32Array {
  const frame = new Float32Array(bytes.length)
  for (let index = 0; index < bytes.length; index++) frame[index] = byteFractions[bytes[index]!]!
  return frame
}

/** Python's `round`: halves go to the even neighbour. Sizes are computed with it. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
