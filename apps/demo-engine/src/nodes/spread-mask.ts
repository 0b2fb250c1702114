import { picture, type Mask, type Picture } from '../images/picture.ts'

/** A mask as a grey picture. */
export function spreadMask({ width, height, frames }: Mask): Picture {
  const grey = frames.map(frame => {
    const result = new Float32Array(frame.length * 3)
    for (let pixel = 0; pixel < frame.length; pixel++)
      result.fill(frame[pixel]!, pixel * 3, pixel * 3 + 3)
    return result
  })
  return picture(width, height, grey)
}
