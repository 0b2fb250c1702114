import { blurPlane, gaussianTaps } from '../images/convolve.ts'
import { defineNode, float, int, type NodeClass } from '../node-class.ts'
import { eachFrame } from './each-frame.ts'

/** Blurring, and its opposite. */
export const blurNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageBlur',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_post_processing',
    category: 'image/postprocessing',
    schema: 'v3',
    inputs: {
      required: { image: ['IMAGE', {}], blur_radius: int(1, 1, 31), sigma: float(1, 0.1, 10, 0.1) },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const taps = gaussianTaps(inputs.number('blur_radius'), inputs.number('sigma'))
      const blurred = await eachFrame(inputs.picture('image'), context, plane =>
        blurPlane(plane, taps, context.breathe),
      )
      return { outputs: [blurred] }
    },
  }),

  defineNode({
    name: 'ImageSharpen',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_post_processing',
    category: 'image/postprocessing',
    schema: 'v3',
    inputs: {
      required: {
        image: ['IMAGE', {}],
        sharpen_radius: int(1, 1, 31),
        sigma: float(1, 0.1, 10, 0.01),
        alpha: float(1, 0, 5, 0.01),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const taps = gaussianTaps(inputs.number('sharpen_radius'), inputs.number('sigma'))
      const strength = inputs.number('alpha') * 10
      // The real kernel is −strength · Gaussian with its centre raised until all sums to one: the picture plus
      // strength times its difference from the blurred one.
      const sharpened = await eachFrame(inputs.picture('image'), context, async plane => {
        const blurred = await blurPlane(plane, taps, context.breathe)
        for (let index = 0; index < blurred.length; index++) {
          const value = plane.data[index]!
          blurred[index] = Math.min(1, Math.max(0, value + strength * (value - blurred[index]!)))
        }
        return blurred
      })
      return { outputs: [sharpened] }
    },
  }),
]
