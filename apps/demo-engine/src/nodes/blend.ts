import { frameAt, picture, type Picture } from '../images/picture.ts'
import { combo, defineNode, float, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { scaleTo } from './scale.ts'

type BlendMode = (one: Float32Array, two: Float32Array, result: Float32Array) => void

/**
 * Each mode has a loop of its own: with one loop that calls a function for each value, the call stays a call as soon
 * as two modes were used (50 ms instead of 10 for a picture of 1280²).
 */
const MODES: Record<string, BlendMode> = {
  normal: (_one, two, result) => result.set(two),
  multiply: (one, two, result) => {
    for (let at = 0; at < result.length; at++) result[at] = one[at]! * two[at]!
  },
  screen: (one, two, result) => {
    for (let at = 0; at < result.length; at++) result[at] = 1 - (1 - one[at]!) * (1 - two[at]!)
  },
  overlay: (one, two, result) => {
    for (let at = 0; at < result.length; at++) {
      const [base, over] = [one[at]!, two[at]!]
      result[at] = base <= 0.5 ? 2 * base * over : 1 - 2 * (1 - base) * (1 - over)
    }
  },
  soft_light: (one, two, result) => {
    for (let at = 0; at < result.length; at++) {
      const [base, over] = [one[at]!, two[at]!]
      if (over <= 0.5) result[at] = base - (1 - 2 * over) * base * (1 - base)
      else {
        const lit = base <= 0.25 ? ((16 * base - 12) * base + 4) * base : Math.sqrt(base)
        result[at] = base + (2 * over - 1) * (lit - base)
      }
    }
  },
  difference: (one, two, result) => {
    for (let at = 0; at < result.length; at++) result[at] = one[at]! - two[at]!
  },
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
  mode(one, two, result)
  const rest = 1 - factor
  for (let at = 0; at < result.length; at++) {
    const mixed = one[at]! * rest + result[at]! * factor
    result[at] = mixed < 0 ? 0 : mixed > 1 ? 1 : mixed
  }
  return result
}
