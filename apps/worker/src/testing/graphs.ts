/** Small graphs of core nodes, for tests. */
type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>

/** A plain picture of one colour, saved. */
export const plainPicture = (width = 64, height = 48, color = 0xff8800): Graph => ({
  '1': { class_type: 'EmptyImage', inputs: { width, height, batch_size: 1, color } },
  '9': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'picture' } },
})

/** The picture `ref` turned into its negative, saved. */
export const negative = (ref: string): Graph => ({
  '1': { class_type: 'LoadImage', inputs: { image: { __bp_asset__: ref } } },
  '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
  '9': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'negative' } },
})

/** Three frames as an animated WEBP. */
export const animation = (): Graph => ({
  '1': {
    class_type: 'EmptyImage',
    inputs: { width: 40, height: 30, batch_size: 1, color: 0x3366cc },
  },
  '2': {
    class_type: 'EmptyImage',
    inputs: { width: 40, height: 30, batch_size: 1, color: 0xcc6633 },
  },
  '3': { class_type: 'ImageBatch', inputs: { image1: ['1', 0], image2: ['2', 0] } },
  '9': {
    class_type: 'SaveAnimatedWEBP',
    inputs: {
      images: ['3', 0],
      filename_prefix: 'moving',
      fps: 4,
      lossless: false,
      quality: 80,
      method: 'default',
    },
  },
})
