import { paint, paintBayer, paintFloydSteinberg } from '../images/dither.ts'
import { medianCut, type Palette } from '../images/palette.ts'
import { fromBytes, toBytes } from '../images/picture.ts'
import { combo, defineNode, int, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { eachFrame } from './each-frame.ts'

function paintBy(dither: string, bytes: Uint8Array, width: number, palette: Palette): Uint8Array {
  if (dither === 'none') return paint(bytes, palette)
  if (dither === 'floyd-steinberg') return paintFloydSteinberg(bytes, width, palette)
  const order = Number(/^bayer-(2|4|8|16)$/.exec(dither)?.[1] ?? 0)
  if (order > 0) return paintBayer(bytes, width, palette, order)
  // Choices of this schema are not checked before the run; this is what the real node's code then raises.
  throw new PythonError(
    'UnboundLocalError',
    "cannot access local variable 'quantized_image' where it is not associated with a value",
  )
}

/** Painting a picture in few colours. */
export const quantizeNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageQuantize',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_post_processing',
    category: 'image/postprocessing',
    schema: 'v3',
    inputs: {
      required: {
        image: ['IMAGE', {}],
        colors: int(256, 1, 256),
        dither: combo('none', 'floyd-steinberg', 'bayer-2', 'bayer-4', 'bayer-8', 'bayer-16'),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const count = inputs.number('colors')
      const dither = inputs.text('dither')
      const quantized = await eachFrame(inputs.picture('image'), context, async plane => {
        const bytes = toBytes(plane.data)
        const palette = medianCut(bytes, count)
        await context.breathe()
        return fromBytes(paintBy(dither, bytes, plane.width, palette))
      })
      return { outputs: [quantized] }
    },
  }),
]
