import { rawNumber } from '../exact-json.ts'
import { checkPixels, frameAt, picture, type Picture } from '../images/picture.ts'
import { defineNode, float, int, RESOLUTION_MAX, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { eachFrame, mapValues } from './each-frame.ts'

/** Nodes that work on colours pixel by pixel. */
export const colourNodes: readonly NodeClass[] = [
  defineNode({
    name: 'EmptyImage',
    displayName: 'EmptyImage',
    pythonModule: 'nodes',
    category: 'image',
    inputs: {
      required: {
        width: int(512, 1, RESOLUTION_MAX),
        height: int(512, 1, RESOLUTION_MAX),
        batch_size: int(1, 1, 4096, {}),
        color: int(0, 0, 0xffffff, { step: 1, display: 'color' }),
      },
    },
    outputs: ['IMAGE'],
    run: inputs => {
      const [width, height] = [inputs.number('width'), inputs.number('height')]
      const count = inputs.has('batch_size') ? inputs.number('batch_size') : 1
      const colour = inputs.has('color') ? inputs.number('color') : 0
      checkPixels(width, height, 1)
      const frame = new Float32Array(width * height * 3)
      const rgb = [16, 8, 0].map(shift => ((colour >> shift) & 255) / 255)
      for (let index = 0; index < frame.length; index++) frame[index] = rgb[index % 3]!
      return {
        outputs: [
          picture(
            width,
            height,
            Array.from({ length: count }, () => frame),
          ),
        ],
      }
    },
  }),

  defineNode({
    name: 'ImageInvert',
    displayName: 'Invert Image',
    pythonModule: 'nodes',
    category: 'image',
    inputs: { required: { image: ['IMAGE'] } },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const inverted = await eachFrame(inputs.picture('image'), context, ({ data }) =>
        mapValues(data, value => 1 - value),
      )
      return { outputs: [inverted] }
    },
  }),

  defineNode({
    name: 'ImageAddNoise',
    displayName: 'ImageAddNoise',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image',
    inputs: {
      required: {
        image: ['IMAGE'],
        seed: [
          'INT',
          {
            default: 0,
            min: 0,
            max: rawNumber('18446744073709551615'),
            control_after_generate: true,
            tooltip: 'The random seed used for creating the noise.',
          },
        ],
        strength: float(0.5, 0, 1, 0.01),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const strength = inputs.number('strength')
      const random = normalNoise(inputs.big('seed'))
      const frames: Float32Array[] = []
      for (const frame of image.frames) {
        await context.breathe()
        // Each frame of a batch gets its own noise, so repeated frames are not shared here.
        frames.push(
          mapValues(frame, value => Math.min(1, Math.max(0, value + strength * random()))),
        )
      }
      return { outputs: [picture(image.width, image.height, frames, image.channels)] }
    },
  }),

  defineNode({
    name: 'ImageRGBToYUV',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_morphology',
    category: 'image/batch',
    schema: 'v3',
    inputs: { required: { image: ['IMAGE', {}] } },
    outputs: ['IMAGE', 'IMAGE', 'IMAGE'],
    outputNames: ['Y', 'U', 'V'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const brightness = (r: number, g: number, b: number): number =>
        0.299 * r + 0.587 * g + 0.114 * b
      const each = (part: (r: number, g: number, b: number) => number): Promise<Picture> =>
        eachFrame(image, context, ({ data }) => spread(data, part))
      return {
        outputs: [
          await each(brightness),
          await each((r, g, b) => (b - brightness(r, g, b)) * 0.564 + 0.5),
          await each((r, g, b) => (r - brightness(r, g, b)) * 0.713 + 0.5),
        ],
      }
    },
  }),

  defineNode({
    name: 'ImageYUVToRGB',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_morphology',
    category: 'image/batch',
    schema: 'v3',
    inputs: { required: { Y: ['IMAGE', {}], U: ['IMAGE', {}], V: ['IMAGE', {}] } },
    outputs: ['IMAGE'],
    run: inputs => {
      const [y, u, v] = [inputs.picture('Y'), inputs.picture('U'), inputs.picture('V')]
      if (
        [u, v].some(
          part =>
            part.width !== y.width ||
            part.height !== y.height ||
            part.frames.length !== y.frames.length,
        )
      )
        throw new PythonError('RuntimeError', 'Sizes of tensors must match except in dimension 3.')
      const frames = y.frames.map((frame, index) =>
        toRgb(frame, frameAt(u.frames, index), frameAt(v.frames, index)),
      )
      return { outputs: [picture(y.width, y.height, frames)] }
    },
  }),
]

/** One value per pixel, written to all three channels. */
function spread(
  data: Float32Array,
  part: (r: number, g: number, b: number) => number,
): Float32Array {
  const result = new Float32Array(data.length)
  for (let at = 0; at < data.length; at += 3) {
    const value = part(data[at]!, data[at + 1]!, data[at + 2]!)
    result[at] = value
    result[at + 1] = value
    result[at + 2] = value
  }
  return result
}

function toRgb(y: Float32Array, u: Float32Array, v: Float32Array): Float32Array {
  const result = new Float32Array(y.length)
  const mean = (data: Float32Array, at: number): number =>
    (data[at]! + data[at + 1]! + data[at + 2]!) / 3
  const clamp = (value: number): number => Math.min(1, Math.max(0, value))
  for (let at = 0; at < y.length; at += 3) {
    const bright = mean(y, at)
    const blue = mean(u, at) - 0.5
    const red = mean(v, at) - 0.5
    result[at] = clamp(bright + 1.403 * red)
    result[at + 1] = clamp(bright - 0.714 * red - 0.344 * blue)
    result[at + 2] = clamp(bright + 1.773 * blue)
  }
  return result
}

/** Normally distributed numbers from a seed. Not torch's sequence: the grain differs, its look does not. */
function normalNoise(seed: bigint): () => number {
  let state = Number(BigInt.asUintN(32, seed ^ (seed >> 32n))) | 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}
