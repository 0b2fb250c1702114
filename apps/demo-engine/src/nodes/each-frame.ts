import { planes, picture, type Picture, type Plane } from '../images/picture.ts'
import type { NodeContext } from '../node-class.ts'

/**
 * Makes a new batch by working on each frame. A frame that stands in the batch several times is worked on once.
 * `size` names the new width and height where they change.
 */
export async function eachFrame(
  image: Picture,
  context: Pick<NodeContext, 'breathe'>,
  work: (plane: Plane) => Float32Array | Promise<Float32Array>,
  size: { readonly width: number; readonly height: number } = image,
): Promise<Picture> {
  const done = new Map<Float32Array, Float32Array>()
  const frames: Float32Array[] = []
  for (const plane of planes(image)) {
    const known = done.get(plane.data)
    if (known === undefined) await context.breathe()
    const frame = known ?? (await work(plane))
    done.set(plane.data, frame)
    frames.push(frame)
  }
  return picture(size.width, size.height, frames, image.channels)
}

/** Makes a new frame value by value. */
export function mapValues(frame: Float32Array, change: (value: number) => number): Float32Array {
  const result = new Float32Array(frame.length)
  for (let index = 0; index < frame.length; index++) result[index] = change(frame[index]!)
  return result
}
