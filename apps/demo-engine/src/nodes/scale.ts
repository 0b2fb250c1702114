import {
  checkPixels,
  picture,
  planes,
  roundHalfEven,
  type Picture,
  type Plane,
} from '../images/picture.ts'
import { RESIZE_METHODS, resize } from '../images/resize.ts'
import {
  combo,
  defineNode,
  float,
  int,
  RESOLUTION_MAX,
  type NodeClass,
  type NodeContext,
} from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { eachFrame } from './each-frame.ts'

/** Scales a batch to a size; `center` first cuts it to the new proportions. */
export async function scaleTo(
  image: Picture,
  width: number,
  height: number,
  method: string,
  crop: string,
  context: Pick<NodeContext, 'breathe'>,
): Promise<Picture> {
  checkPixels(width, height, 1)
  if (width < 1 || height < 1)
    throw new PythonError(
      'RuntimeError',
      `Input and output sizes should be greater than 0, but got input (H: ${image.height}, W: ${image.width}) output (H: ${height}, W: ${width})`,
    )
  const source = crop === 'center' ? cutToShape(image, width, height) : image
  return eachFrame(source, context, plane => resize(plane, width, height, method), {
    width,
    height,
  })
}

function cutToShape(image: Picture, width: number, height: number): Picture {
  const oldAspect = image.width / image.height
  const newAspect = width / height
  const x =
    oldAspect > newAspect
      ? roundHalfEven((image.width - image.width * (newAspect / oldAspect)) / 2)
      : 0
  const y =
    oldAspect < newAspect
      ? roundHalfEven((image.height - image.height * (oldAspect / newAspect)) / 2)
      : 0
  if (x === 0 && y === 0) return image
  const [cutWidth, cutHeight] = [image.width - 2 * x, image.height - 2 * y]
  const frames = planes(image).map(plane => cutPlane(plane, x, y, cutWidth, cutHeight))
  return picture(cutWidth, cutHeight, frames, image.channels)
}

/** A rectangle of a frame; the caller keeps it inside. */
export function cutPlane(
  plane: Plane,
  x: number,
  y: number,
  width: number,
  height: number,
): Float32Array {
  const { channels } = plane
  const result = new Float32Array(width * height * channels)
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * plane.width + x) * channels
    result.set(plane.data.subarray(from, from + width * channels), row * width * channels)
  }
  return result
}

const METHOD: readonly [readonly string[]] = [[...RESIZE_METHODS]]

/** Nodes that change the size of pictures. */
export const scaleNodes: readonly NodeClass[] = [
  defineNode({
    name: 'ImageScale',
    displayName: 'Upscale Image',
    pythonModule: 'nodes',
    category: 'image/upscaling',
    inputs: {
      required: {
        image: ['IMAGE'],
        upscale_method: METHOD,
        width: int(512, 0, RESOLUTION_MAX),
        height: int(512, 0, RESOLUTION_MAX),
        crop: [['disabled', 'center']],
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      let [width, height] = [inputs.number('width'), inputs.number('height')]
      if (width === 0 && height === 0) return { outputs: [image] }
      if (width === 0) width = Math.max(1, roundHalfEven((image.width * height) / image.height))
      else if (height === 0)
        height = Math.max(1, roundHalfEven((image.height * width) / image.width))
      const scaled = await scaleTo(
        image,
        width,
        height,
        inputs.text('upscale_method'),
        inputs.text('crop'),
        context,
      )
      return { outputs: [scaled] }
    },
  }),

  defineNode({
    name: 'ImageScaleBy',
    displayName: 'Upscale Image By',
    pythonModule: 'nodes',
    category: 'image/upscaling',
    inputs: {
      required: { image: ['IMAGE'], upscale_method: METHOD, scale_by: float(1, 0.01, 8, 0.01) },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const factor = inputs.number('scale_by')
      const [width, height] = [
        roundHalfEven(image.width * factor),
        roundHalfEven(image.height * factor),
      ]
      return {
        outputs: [
          await scaleTo(image, width, height, inputs.text('upscale_method'), 'disabled', context),
        ],
      }
    },
  }),

  defineNode({
    name: 'ImageScaleToTotalPixels',
    displayName: null,
    pythonModule: 'comfy_extras.nodes_post_processing',
    category: 'image/upscaling',
    schema: 'v3',
    inputs: {
      required: {
        image: ['IMAGE', {}],
        upscale_method: combo(...RESIZE_METHODS),
        megapixels: float(1, 0.01, 16, 0.01),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const total = Math.trunc(inputs.number('megapixels') * 1024 * 1024)
      const factor = Math.sqrt(total / (image.width * image.height))
      const [width, height] = [
        roundHalfEven(image.width * factor),
        roundHalfEven(image.height * factor),
      ]
      return {
        outputs: [
          await scaleTo(image, width, height, inputs.text('upscale_method'), 'disabled', context),
        ],
      }
    },
  }),

  defineNode({
    name: 'ImageScaleToMaxDimension',
    displayName: 'ImageScaleToMaxDimension',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/upscaling',
    inputs: {
      required: {
        image: ['IMAGE'],
        // `bilinear` stands twice in the real list too.
        upscale_method: [['area', 'lanczos', 'bilinear', 'nearest-exact', 'bilinear', 'bicubic']],
        largest_size: int(512, 0, RESOLUTION_MAX),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const image = inputs.picture('image')
      const largest = inputs.number('largest_size')
      const wide = image.width >= image.height
      const width = wide ? largest : roundHalfEven((image.width / image.height) * largest)
      const height =
        image.height >= image.width
          ? largest
          : roundHalfEven((image.height / image.width) * largest)
      return {
        outputs: [
          await scaleTo(image, width, height, inputs.text('upscale_method'), 'disabled', context),
        ],
      }
    },
  }),
]
