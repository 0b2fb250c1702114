import {
  checkPixels,
  frameAt,
  mask,
  picture,
  planes,
  type Picture,
  type Plane,
} from '../images/picture.ts'
import { defineNode, int, RESOLUTION_MAX, type NodeClass } from '../node-class.ts'
import { eachFrame } from './each-frame.ts'
import { cutPlane, scaleTo } from './scale.ts'

const pad8 = { step: 8 }

/** Nodes that cut, turn and join pictures. */
export const arrangeNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageCrop',
    displayName: 'Image Crop',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/transform',
    inputs: {
      required: {
        image: ['IMAGE'],
        width: int(512, 1, RESOLUTION_MAX),
        height: int(512, 1, RESOLUTION_MAX),
        x: int(0, 0, RESOLUTION_MAX),
        y: int(0, 0, RESOLUTION_MAX),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const x = Math.min(inputs.number('x'), image.width - 1)
      const y = Math.min(inputs.number('y'), image.height - 1)
      const width = Math.min(inputs.number('width'), image.width - x)
      const height = Math.min(inputs.number('height'), image.height - y)
      const size = { width, height }
      return {
        outputs: [
          await eachFrame(image, context, plane => cutPlane(plane, x, y, width, height), size),
        ],
      }
    },
  }),

  defineNode({
    name: 'ImagePadForOutpaint',
    displayName: 'Pad Image for Outpainting',
    pythonModule: 'nodes',
    category: 'image',
    inputs: {
      required: {
        image: ['IMAGE'],
        left: int(0, 0, RESOLUTION_MAX, pad8),
        top: int(0, 0, RESOLUTION_MAX, pad8),
        right: int(0, 0, RESOLUTION_MAX, pad8),
        bottom: int(0, 0, RESOLUTION_MAX, pad8),
        feathering: int(40, 0, RESOLUTION_MAX),
      },
    },
    outputs: ['IMAGE', 'MASK'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const [left, top] = [inputs.number('left'), inputs.number('top')]
      const [right, bottom] = [inputs.number('right'), inputs.number('bottom')]
      const size = { width: image.width + left + right, height: image.height + top + bottom }
      checkPixels(size.width, size.height, 1)
      const padded = await eachFrame(
        image,
        context,
        plane => placed(plane, size, left, top, 0.5),
        size,
      )
      const feather = featherInside(
        image,
        { left, top, right, bottom },
        inputs.number('feathering'),
      )
      const inner = { width: image.width, height: image.height, channels: 1, data: feather }
      return {
        outputs: [padded, mask(size.width, size.height, [placed(inner, size, left, top, 1)])],
      }
    },
  }),

  defineNode({
    name: 'ImageRotate',
    displayName: 'ImageRotate',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/transform',
    inputs: {
      required: {
        image: ['IMAGE'],
        rotation: [['none', '90 degrees', '180 degrees', '270 degrees']],
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const quarters = Math.trunc(Number.parseInt(inputs.text('rotation'), 10) / 90) || 0
      const { width, height } = image
      if (quarters === 0) return { outputs: [image] }
      const size = quarters === 2 ? image : { width: height, height: width }
      const from =
        quarters === 1
          ? (x: number, y: number) => [y, height - 1 - x] as const
          : quarters === 2
            ? (x: number, y: number) => [width - 1 - x, height - 1 - y] as const
            : (x: number, y: number) => [width - 1 - y, x] as const
      return { outputs: [await eachFrame(image, context, plane => moved(plane, size, from), size)] }
    },
  }),

  defineNode({
    name: 'ImageFlip',
    displayName: 'ImageFlip',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/transform',
    inputs: {
      required: { image: ['IMAGE'], flip_method: [['x-axis: vertically', 'y-axis: horizontally']] },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const from = inputs.text('flip_method').startsWith('x')
        ? (x: number, y: number) => [x, image.height - 1 - y] as const
        : (x: number, y: number) => [image.width - 1 - x, y] as const
      return { outputs: [await eachFrame(image, context, plane => moved(plane, image, from))] }
    },
  }),

  defineNode({
    name: 'ImageStitch',
    displayName: 'Image Stitch',
    description:
      '\nStitches image2 to image1 in the specified direction.\nIf image2 is not provided, returns image1 unchanged.\nOptional spacing can be added between images.\n',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/transform',
    inputs: {
      required: {
        image1: ['IMAGE'],
        direction: [['right', 'down', 'left', 'up'], { default: 'right' }],
        match_image_size: ['BOOLEAN', { default: true }],
        spacing_width: int(0, 0, 1024, { step: 2 }),
        spacing_color: [['white', 'black', 'red', 'green', 'blue'], { default: 'white' }],
      },
      optional: { image2: ['IMAGE'] },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const one = inputs.picture('image1')
      if (!inputs.has('image2')) return { outputs: [one] }
      const direction = inputs.text('direction')
      const sideways = direction === 'left' || direction === 'right'
      let two = inputs.picture('image2')
      if (inputs.flag('match_image_size')) {
        const aspect = two.width / two.height
        const width = sideways ? Math.trunc(one.height * aspect) : one.width
        const height = sideways ? one.height : Math.trunc(one.width / aspect)
        two = await scaleTo(two, width, height, 'lanczos', 'disabled', context)
      }
      const asked = inputs.number('spacing_width')
      const spacing = asked + (asked % 2)
      const colour = COLOURS[inputs.text('spacing_color')] ?? [1, 1, 1]
      const [first, second] = direction === 'left' || direction === 'up' ? [two, one] : [one, two]
      return { outputs: [stitch(first, second, sideways, spacing, colour)] }
    },
  }),
]

const COLOURS: Record<string, readonly [number, number, number]> = {
  white: [1, 1, 1],
  black: [0, 0, 0],
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Puts a frame into a larger one of one value. */
function placed(plane: Plane, size: Size, left: number, top: number, around: number): Float32Array {
  const result = new Float32Array(size.width * size.height * plane.channels).fill(around)
  putPlane(result, size.width, plane, left, top)
  return result
}

function putPlane(
  into: Float32Array,
  intoWidth: number,
  plane: Plane,
  left: number,
  top: number,
): void {
  const stride = plane.width * plane.channels
  for (let row = 0; row < plane.height; row++)
    into.set(
      plane.data.subarray(row * stride, (row + 1) * stride),
      ((top + row) * intoWidth + left) * plane.channels,
    )
}

function moved(
  plane: Plane,
  size: Size,
  from: (x: number, y: number) => readonly [number, number],
): Float32Array {
  const { channels, data } = plane
  const result = new Float32Array(data.length)
  let to = 0
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [fromX, fromY] = from(x, y)
      const at = (fromY * plane.width + fromX) * channels
      for (let channel = 0; channel < channels; channel++) result[to++] = data[at + channel]!
    }
  }
  return result
}

/** How much of the inside is painted again near the sides that grew: 1 at the border, 0 from `feathering` on. */
function featherInside(
  image: Size,
  grown: {
    readonly left: number
    readonly top: number
    readonly right: number
    readonly bottom: number
  },
  feathering: number,
): Float32Array {
  const { width, height } = image
  const result = new Float32Array(width * height)
  if (feathering <= 0 || feathering * 2 >= height || feathering * 2 >= width) return result
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.min(
        grown.top === 0 ? height : y,
        grown.bottom === 0 ? height : height - y,
        grown.left === 0 ? width : x,
        grown.right === 0 ? width : width - x,
      )
      if (distance < feathering) result[y * width + x] = ((feathering - distance) / feathering) ** 2
    }
  }
  return result
}

function stitch(
  first: Picture,
  second: Picture,
  sideways: boolean,
  spacing: number,
  colour: readonly [number, number, number],
): Picture {
  const width = sideways
    ? first.width + spacing + second.width
    : Math.max(first.width, second.width)
  const height = sideways
    ? Math.max(first.height, second.height)
    : first.height + spacing + second.height
  const count = Math.max(first.frames.length, second.frames.length)
  checkPixels(width, height, count)
  const background = new Float32Array(width * height * 3)
  for (let index = 0; index < background.length; index++) background[index] = colour[index % 3]!
  const frames = Array.from({ length: count }, (_, index) => {
    const frame = background.slice()
    const [one] = planes({ ...first, frames: [frameAt(first.frames, index)] })
    const [two] = planes({ ...second, frames: [frameAt(second.frames, index)] })
    if (one)
      putPlane(
        frame,
        width,
        one,
        sideways ? 0 : (width - one.width) >> 1,
        sideways ? (height - one.height) >> 1 : 0,
      )
    if (two)
      putPlane(
        frame,
        width,
        two,
        sideways ? first.width + spacing : (width - two.width) >> 1,
        sideways ? (height - two.height) >> 1 : first.height + spacing,
      )
    return frame
  })
  return picture(width, height, frames)
}
