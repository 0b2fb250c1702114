import { frameAt, picture, type Mask, type Picture } from '../images/picture.ts'
import { resize } from '../images/resize.ts'
import { defineNode, int, RESOLUTION_MAX, type NodeClass } from '../node-class.ts'
import { scaleTo } from './scale.ts'

/** Laying one picture over another. */
export const compositeNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageCompositeMasked',
    displayName: 'ImageCompositeMasked',
    pythonModule: 'comfy_extras.nodes_mask',
    category: 'image',
    inputs: {
      required: {
        destination: ['IMAGE'],
        source: ['IMAGE'],
        x: int(0, 0, RESOLUTION_MAX),
        y: int(0, 0, RESOLUTION_MAX),
        resize_source: ['BOOLEAN', { default: false }],
      },
      optional: { mask: ['MASK'] },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const under = inputs.picture('destination')
      const given = inputs.picture('source')
      const over = inputs.flag('resize_source')
        ? await scaleTo(given, under.width, under.height, 'bilinear', 'disabled', context)
        : given
      const left = Math.min(inputs.number('x'), under.width)
      const top = Math.min(inputs.number('y'), under.height)
      const masks = inputs.has('mask') ? await masksFor(inputs.mask('mask'), over) : undefined
      const frames: Float32Array[] = []
      for (const [index, frame] of under.frames.entries()) {
        await context.breathe()
        const source = frameAt(over.frames, index % over.frames.length)
        const cover = masks === undefined ? undefined : frameAt(masks, index % masks.length)
        frames.push(lay(frame, under, source, over, left, top, cover))
      }
      return { outputs: [picture(under.width, under.height, frames, under.channels)] }
    },
  }),
]

function masksFor(mask: Mask, over: Picture): Promise<readonly Float32Array[]> {
  return Promise.all(
    mask.frames.map(data =>
      resize(
        { width: mask.width, height: mask.height, channels: 1, data },
        over.width,
        over.height,
        'bilinear',
      ),
    ),
  )
}

function lay(
  frame: Float32Array,
  under: Picture,
  source: Float32Array,
  over: Picture,
  left: number,
  top: number,
  cover: Float32Array | undefined,
): Float32Array {
  const result = frame.slice()
  const { channels } = under
  const width = Math.min(over.width, under.width - left)
  const height = Math.min(over.height, under.height - top)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const share = cover === undefined ? 1 : cover[y * over.width + x]!
      const from = (y * over.width + x) * over.channels
      const to = ((top + y) * under.width + left + x) * channels
      for (let channel = 0; channel < channels; channel++)
        result[to + channel] = share * source[from + channel]! + (1 - share) * result[to + channel]!
    }
  }
  return result
}
