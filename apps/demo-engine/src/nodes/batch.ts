import { checkPixels, picture } from '../images/picture.ts'
import { defineNode, int, type NodeClass } from '../node-class.ts'
import { scaleTo } from './scale.ts'

/** Nodes that put pictures into a batch and take them out. Frames are handed on, never copied. */
export const batchNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageBatch',
    displayName: 'Batch Images',
    pythonModule: 'nodes',
    category: 'image',
    inputs: { required: { image1: ['IMAGE'], image2: ['IMAGE'] } },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const one = inputs.picture('image1')
      const two = await scaleTo(
        inputs.picture('image2'),
        one.width,
        one.height,
        'bilinear',
        'center',
        context,
      )
      return {
        outputs: [picture(one.width, one.height, [...one.frames, ...two.frames], one.channels)],
      }
    },
  }),

  defineNode({
    name: 'RepeatImageBatch',
    displayName: 'RepeatImageBatch',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/batch',
    inputs: { required: { image: ['IMAGE'], amount: int(1, 1, 4096, {}) } },
    outputs: ['IMAGE'],
    run: inputs => {
      const image = inputs.picture('image')
      const frames = Array.from({ length: inputs.number('amount') }, () => image.frames).flat()
      checkPixels(image.width, image.height, frames.length)
      return { outputs: [picture(image.width, image.height, frames, image.channels)] }
    },
  }),

  defineNode({
    name: 'ImageFromBatch',
    displayName: 'ImageFromBatch',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/batch',
    inputs: {
      required: { image: ['IMAGE'], batch_index: int(0, 0, 4095, {}), length: int(1, 1, 4096, {}) },
    },
    outputs: ['IMAGE'],
    run: inputs => {
      const image = inputs.picture('image')
      const first = Math.min(image.frames.length - 1, inputs.number('batch_index'))
      const frames = image.frames.slice(first, first + inputs.number('length'))
      return { outputs: [picture(image.width, image.height, frames, image.channels)] }
    },
  }),

  defineNode({
    name: 'GetImageSize',
    displayName: 'Get Image Size',
    description: 'Returns width and height of the image, and passes it through unchanged.',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image',
    inputs: { required: { image: ['IMAGE'] }, hidden: { unique_id: 'UNIQUE_ID' } },
    outputs: ['INT', 'INT', 'INT'],
    outputNames: ['width', 'height', 'batch_size'],
    run: (inputs, context) => {
      const { width, height, frames } = inputs.picture('image')
      context.sendText(`width: ${width}, height: ${height}\n batch size: ${frames.length}`)
      return { outputs: [width, height, frames.length] }
    },
  }),
]
