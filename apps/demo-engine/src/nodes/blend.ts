import { frameAt, picture, type Picture } from '../images/picture.ts'
import { combo, defineNode, float, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { scaleTo } from './scale.ts'

type BlendMode = (one: number, two: number) => number

const MODES: Record<string, BlendMode> = {
  normal: (_one, two) => two,
  multiply: (one, two) => one * two,
  screen: (one, two) => 1 - (1 - one) * (1 - two),
  overlay: (one, two) => (one <= 0.5 ? 2 * one * two : 1 - 2 * (1 - one) * (1 - two)),
  soft_light: (one, two) =>
    two <= 0.5
      ? one - (1 - 2 * two) * one * (1 - one)
      : one +
        (2 * two - 1) * ((one <= 0.25 ? ((16 * one - 12) * one + 4) * one : Math.sqrt(one)) - one),
  difference: (one, two) => one - two,
}

/** Number of frames that two batches make together; unequal batches only go when one of them has a single frame. */
function commonFrames(one: Picture, two: Picture): number {
  const [first, second] = [one.frames.length, two.frames.length]
  if (first !== second && first !== 1 && second !== 1)
    throw new PythonError(
      'RuntimeError',
      `The size of tensor a (${first}) must match the size of tensor b (${second}) at non-singleton dimension 0`,
    )
  return Math.max(first, second)
}

/** Mixing two pictures. */
export const blendNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageBlend',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_post_processing',
    category: 'image/postprocessing',
    schema: 'v3',
    inputs: {
      required: {
        image1: ['IMAGE', {}],
        image2: ['IMAGE', {}],
        blend_factor: float(0.5, 0, 1, 0.01),
        blend_mode: combo(...Object.keys(MODES)),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const one = inputs.picture('image1')
      const given = inputs.picture('image2')
      const factor = inputs.number('blend_factor')
      const modeName = inputs.text('blend_mode')
      const mode = Object.hasOwn(MODES, modeName) ? MODES[modeName] : undefined
      if (mode === undefined)
        throw new PythonError('ValueError', `Unsupported blend mode: ${modeName}`)
      const two = await scaleTo(given, one.width, one.height, 'bicubic', 'center', context)
      const frames: Float32Array[] = []
      for (let index = 0; index < commonFrames(one, two); index++) {
        await context.breathe()
        frames.push(
          blendFrames(frameAt(one.frames, index), frameAt(two.frames, index), factor, mode),
        )
      }
      return { outputs: [picture(one.width, one.height, frames, one.channels)] }
    },
  }),
]

function blendFrames(
  one: Float32Array,
  two: Float32Array,
  factor: number,
  mode: BlendMode,
): Float32Array {
  const result = new Float32Array(one.length)
  for (let index = 0; index < result.length; index++) {
    const base = one[index]!
    const mixed = base * (1 - factor) + mode(base, two[index]!) * factor
    result[index] = mixed < 0 ? 0 : mixed > 1 ? 1 : mixed
  }
  return result
}
