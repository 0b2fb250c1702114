/** One graph that both engines run; `<run>` stands for a folder of this run alone. */
export interface Case {
  readonly name: string
  readonly graph: Record<string, unknown>
  /** How far colours may be apart, in steps of 255: where the engines use different libraries. */
  readonly tolerance?: number
  /** Runs the same graph again, to see what the cache does. */
  readonly twice?: boolean
  /** Several outputs: a real engine runs them in the order of a set. */
  readonly unordered?: boolean
}

type Inputs = Record<string, unknown>

const node = (class_type: string, inputs: Inputs): unknown => ({ class_type, inputs })
const load = node('LoadImage', { image: '<run>/plain.png' })
const save = (from: string, name: string): unknown =>
  node('SaveImage', { images: [from, 0], filename_prefix: `<run>/${name}` })

/** A picture node between loading and saving. */
function through(name: string, class_type: string, inputs: Inputs, tolerance = 2): Case {
  return {
    name,
    graph: {
      '1': load,
      '2': node(class_type, { image: ['1', 0], ...inputs }),
      '3': save('2', name),
    },
    tolerance,
  }
}

/** A mask node, shown as a picture. */
function onMask(name: string, class_type: string, inputs: Inputs): Case {
  const graph = {
    '1': node('LoadImage', { image: '<run>/alpha.png' }),
    '2': node(class_type, { ...inputs }),
    '3': node('MaskToImage', { mask: ['2', 0] }),
    '4': save('3', name),
  }
  return { name, graph, tolerance: 2 }
}

const empty = (color: number, inputs: Inputs = {}): unknown =>
  node('EmptyImage', { width: 48, height: 32, batch_size: 1, color, ...inputs })

/** Graphs that run. */
export const runs: readonly Case[] = [
  { name: 'empty', graph: { '1': empty(0xff8000), '2': save('1', 'empty') }, twice: true },
  {
    name: 'two-outputs',
    graph: {
      '7': empty(255),
      '3': save('7', 'one'),
      '5': node('PreviewImage', { images: ['7', 0] }),
    },
    unordered: true,
    twice: true,
  },
  { name: 'batch', graph: { '1': empty(1, { batch_size: 3 }), '2': save('1', 'batch/deep/in') } },
  {
    name: 'diamond',
    graph: {
      '1': empty(0x204060),
      '2': node('ImageInvert', { image: ['1', 0] }),
      '3': node('ImageBlend', {
        image1: ['1', 0],
        image2: ['2', 0],
        blend_factor: 0.25,
        blend_mode: 'normal',
      }),
      '4': save('3', 'diamond'),
    },
  },
  {
    name: 'text',
    graph: {
      '1': node('PrimitiveInt', { value: 42 }),
      '2': node('PreviewAny', { source: ['1', 0] }),
    },
  },
  {
    name: 'size',
    graph: {
      '1': empty(0),
      '2': node('GetImageSize', { image: ['1', 0] }),
      '3': node('PreviewAny', { source: ['2', 1] }),
    },
  },
  {
    name: 'coerced',
    graph: {
      '1': empty(0, { width: '40', height: 24.9, batch_size: true }),
      '2': save('1', 'coerced'),
    },
  },
  {
    name: 'unused-branch',
    graph: { '1': empty(0), '2': save('1', 'used'), '3': node('ImageInvert', { image: ['1', 0] }) },
  },
  {
    name: 'partial',
    graph: {
      '1': empty(0),
      '2': save('1', 'fine'),
      '3': empty(0, { width: 0 }),
      '4': save('3', 'faulty'),
    },
  },
  through('scale-bilinear', 'ImageScale', {
    upscale_method: 'bilinear',
    width: 100,
    height: 70,
    crop: 'disabled',
  }),
  through('scale-bicubic-center', 'ImageScale', {
    upscale_method: 'bicubic',
    width: 300,
    height: 100,
    crop: 'center',
  }),
  through('scale-area', 'ImageScale', {
    upscale_method: 'area',
    width: 50,
    height: 0,
    crop: 'disabled',
  }),
  through('scale-nearest', 'ImageScale', {
    upscale_method: 'nearest-exact',
    width: 0,
    height: 331,
    crop: 'disabled',
  }),
  through(
    'scale-lanczos',
    'ImageScale',
    { upscale_method: 'lanczos', width: 77, height: 55, crop: 'center' },
    3,
  ),
  through('scale-by', 'ImageScaleBy', { upscale_method: 'bilinear', scale_by: 0.37 }),
  through('scale-total', 'ImageScaleToTotalPixels', { upscale_method: 'area', megapixels: 0.02 }),
  through('scale-max', 'ImageScaleToMaxDimension', { upscale_method: 'bicubic', largest_size: 90 }),
  through('invert', 'ImageInvert', {}),
  through('blur', 'ImageBlur', { blur_radius: 9, sigma: 1 }),
  through('sharpen', 'ImageSharpen', { sharpen_radius: 2, sigma: 0.8, alpha: 0.6 }),
  through('quantize', 'ImageQuantize', { colors: 6, dither: 'none' }, 12),
  through('quantize-bayer', 'ImageQuantize', { colors: 12, dither: 'bayer-4' }, 12),
  through('quantize-floyd', 'ImageQuantize', { colors: 8, dither: 'floyd-steinberg' }, 12),
  through('crop', 'ImageCrop', { width: 60, height: 500, x: 30, y: 20 }),
  through('rotate-90', 'ImageRotate', { rotation: '90 degrees' }),
  through('rotate-180', 'ImageRotate', { rotation: '180 degrees' }),
  through('rotate-270', 'ImageRotate', { rotation: '270 degrees' }),
  through('flip-x', 'ImageFlip', { flip_method: 'x-axis: vertically' }),
  through('flip-y', 'ImageFlip', { flip_method: 'y-axis: horizontally' }),
  through('pad', 'ImagePadForOutpaint', { left: 16, top: 8, right: 0, bottom: 24, feathering: 20 }),
  ...['erode', 'dilate', 'open', 'close', 'gradient', 'top_hat', 'bottom_hat'].map(operation =>
    through(`morphology-${operation}`, 'Morphology', { operation, kernel_size: 7 }),
  ),
  ...['multiply', 'screen', 'overlay', 'soft_light', 'difference'].map((blend_mode): Case => ({
    name: `blend-${blend_mode}`,
    graph: {
      '1': load,
      '2': node('LoadImage', { image: '<run>/other.png' }),
      '3': node('ImageBlend', {
        image1: ['1', 0],
        image2: ['2', 0],
        blend_factor: 0.8,
        blend_mode,
      }),
      '4': save('3', `blend-${blend_mode}`),
    },
    tolerance: 2,
  })),
  {
    name: 'yuv',
    graph: {
      '1': load,
      '2': node('ImageRGBToYUV', { image: ['1', 0] }),
      '3': node('ImageYUVToRGB', { Y: ['2', 0], U: ['2', 2], V: ['2', 1] }),
      '4': save('3', 'yuv'),
    },
    tolerance: 2,
  },
  {
    name: 'stitch',
    graph: {
      '1': load,
      '2': node('ImageInvert', { image: ['1', 0] }),
      '3': node('ImageStitch', {
        image1: ['1', 0],
        image2: ['2', 0],
        direction: 'down',
        match_image_size: true,
        spacing_width: 9,
        spacing_color: 'red',
      }),
      '4': save('3', 'stitch'),
    },
    tolerance: 3,
  },
  {
    name: 'composite',
    graph: {
      '1': load,
      '2': node('LoadImage', { image: '<run>/alpha.png' }),
      '3': node('ImageCompositeMasked', {
        destination: ['1', 0],
        source: ['2', 0],
        x: 40,
        y: 30,
        resize_source: false,
        mask: ['2', 1],
      }),
      '4': save('3', 'composite'),
    },
    tolerance: 2,
  },
  {
    name: 'composite-resized',
    graph: {
      '1': load,
      '2': empty(0xffffff),
      '5': node('SolidMask', { value: 0.3, width: 8, height: 8 }),
      '3': node('ImageCompositeMasked', {
        destination: ['1', 0],
        source: ['2', 0],
        x: 0,
        y: 0,
        resize_source: true,
        mask: ['5', 0],
      }),
      '4': save('3', 'composite-resized'),
    },
    tolerance: 2,
  },
  {
    name: 'batches',
    graph: {
      '1': load,
      '2': empty(0x00ff00),
      '3': node('ImageBatch', { image1: ['1', 0], image2: ['2', 0] }),
      '4': node('RepeatImageBatch', { image: ['3', 0], amount: 2 }),
      '5': node('ImageFromBatch', { image: ['4', 0], batch_index: 1, length: 2 }),
      '6': save('5', 'batches'),
    },
    tolerance: 2,
  },
  onMask('mask-alpha', 'InvertMask', { mask: ['1', 1] }),
  onMask('mask-file', 'LoadImageMask', { image: '<run>/alpha.png', channel: 'alpha' }),
  onMask('mask-green', 'LoadImageMask', { image: '<run>/plain.png', channel: 'green' }),
  onMask('mask-threshold', 'ThresholdMask', { mask: ['1', 1], value: 0.6 }),
  onMask('mask-grow', 'GrowMask', { mask: ['1', 1], expand: 6, tapered_corners: true }),
  onMask('mask-shrink', 'GrowMask', { mask: ['1', 1], expand: -4, tapered_corners: false }),
  onMask('mask-feather', 'FeatherMask', { mask: ['1', 1], left: 20, top: 0, right: 9, bottom: 30 }),
  onMask('mask-crop', 'CropMask', { mask: ['1', 1], x: 10, y: 10, width: 60, height: 40 }),
  onMask('mask-channel', 'ImageToMask', { image: ['1', 0], channel: 'red' }),
  {
    name: 'mask-compose',
    graph: {
      '1': node('SolidMask', { value: 0.5, width: 60, height: 40 }),
      '2': node('SolidMask', { value: 0.4, width: 30, height: 20 }),
      '3': node('MaskComposite', {
        destination: ['1', 0],
        source: ['2', 0],
        x: 20,
        y: 30,
        operation: 'add',
      }),
      '4': node('MaskToImage', { mask: ['3', 0] }),
      '5': save('4', 'mask-compose'),
    },
    tolerance: 2,
  },
  {
    name: 'webp',
    graph: {
      '1': load,
      '2': node('ImageInvert', { image: ['1', 0] }),
      '3': node('ImageBatch', { image1: ['1', 0], image2: ['2', 0] }),
      '4': node('SaveAnimatedWEBP', {
        images: ['3', 0],
        filename_prefix: '<run>/webp',
        fps: 4,
        lossless: false,
        quality: 80,
        method: 'default',
      }),
    },
    tolerance: 8,
  },
  {
    name: 'apng',
    graph: {
      '1': empty(0x123456, { batch_size: 2 }),
      '4': node('SaveAnimatedPNG', {
        images: ['1', 0],
        filename_prefix: '<run>/apng',
        fps: 4,
        compress_level: 4,
      }),
    },
  },
]

/** Graphs that are accepted and end with an error of a node. */
export const failures: readonly Case[] = [
  {
    name: 'unknown-blend',
    graph: {
      '1': empty(0),
      '2': node('ImageBlend', {
        image1: ['1', 0],
        image2: ['1', 0],
        blend_factor: 1,
        blend_mode: 'melt',
      }),
      '3': save('2', 'never'),
    },
  },
  {
    name: 'outside',
    graph: {
      '1': empty(0),
      '2': node('SaveImage', { images: ['1', 0], filename_prefix: '../../out' }),
    },
  },
  {
    name: 'no-channel',
    graph: {
      '1': empty(0),
      '2': node('ImageToMask', { image: ['1', 0], channel: 'alpha' }),
      '3': node('MaskToImage', { mask: ['2', 0] }),
      '4': save('3', 'never'),
    },
  },
]

/** Graphs that are refused. */
export const refusals: readonly Case[] = [
  { name: 'no-outputs', graph: { '1': empty(0) } },
  { name: 'nothing', graph: {} },
  {
    name: 'unknown-class',
    graph: { '1': empty(0), '9': node('KSampler__missing', {}), '2': save('1', 'x') },
  },
  { name: 'no-class', graph: { '1': { inputs: {} } } },
  { name: 'missing-inputs', graph: { '1': node('EmptyImage', { width: 8 }), '2': save('1', 'x') } },
  {
    name: 'too-small',
    graph: { '1': empty(0, { width: 0, batch_size: -1 }), '2': save('1', 'x') },
  },
  { name: 'too-big', graph: { '1': empty(0, { height: 99_999 }), '2': save('1', 'x') } },
  {
    name: 'fraction-bounds',
    graph: {
      '1': load,
      '2': node('ImageScaleBy', { image: ['1', 0], upscale_method: 'area', scale_by: 9 }),
      '3': save('2', 'x'),
    },
  },
  {
    name: 'not-in-list',
    graph: {
      '1': load,
      '2': node('ImageScale', {
        image: ['1', 0],
        upscale_method: 'magic',
        width: 8,
        height: 8,
        crop: 'center',
      }),
      '3': save('2', 'x'),
    },
  },
  {
    name: 'wrong-type',
    graph: {
      '1': load,
      '2': save('1', 'x'),
      '3': node('SaveImage', { images: ['1', 1], filename_prefix: 'y' }),
    },
  },
  {
    name: 'only-wrong-type',
    graph: { '1': load, '3': node('SaveImage', { images: ['1', 1], filename_prefix: 'y' }) },
  },
  { name: 'not-a-number', graph: { '1': empty(0, { width: 'wide' }), '2': save('1', 'x') } },
  {
    name: 'missing-file',
    graph: { '1': node('LoadImage', { image: 'no such.png' }), '2': save('1', 'x') },
  },
  {
    name: 'lost-link',
    graph: { '1': node('ImageInvert', { image: ['99', 0] }), '2': save('1', 'x') },
  },
  { name: 'lost-link-at-output', graph: { '2': save('99', 'x') } },
  {
    name: 'bad-slot',
    graph: { '1': empty(0), '2': node('SaveImage', { images: ['1', 4], filename_prefix: 'x' }) },
  },
  {
    name: 'long-link',
    graph: { '1': empty(0), '2': node('SaveImage', { images: ['1', 0, 0], filename_prefix: 'x' }) },
  },
  {
    name: 'cycle',
    graph: {
      '1': node('ImageInvert', { image: ['2', 0] }),
      '2': node('ImageInvert', { image: ['1', 0] }),
      '3': save('2', 'x'),
    },
  },
]
