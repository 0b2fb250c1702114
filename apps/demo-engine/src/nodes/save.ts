import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { encodeApng, encodePng, encodeWebp } from '../images/encode.ts'
import type { Picture } from '../images/picture.ts'
import { asciiJson, textChunk, type PngChunk } from '../images/png-chunks.ts'
import {
  defineNode,
  float,
  int,
  SAVE_HIDDEN,
  type FileRef,
  type NodeClass,
  type NodeContext,
} from '../node-class.ts'
import { counterText, nextSavePath } from '../save-path.ts'
import { spreadMask } from './spread-mask.ts'

/** The graph and what the caller added, as they are written into every picture. */
function metadata(context: NodeContext): readonly (readonly [string, string])[] {
  const extra = Object.entries(context.extraPngInfo ?? {}).map(
    ([key, value]) => [key, asciiJson(value)] as const,
  )
  return [['prompt', asciiJson(context.graph)], ...extra]
}

function pngTexts(context: NodeContext): readonly PngChunk[] {
  return metadata(context).map(([key, text]) => textChunk(key, text))
}

async function savePngs(
  images: Picture,
  prefix: string,
  type: FileRef['type'],
  compressionLevel: number,
  context: NodeContext,
): Promise<readonly FileRef[]> {
  const place = await nextSavePath(
    prefix,
    context.folders[type],
    images.width,
    images.height,
    new Date(),
  )
  const texts = pngTexts(context)
  const files: FileRef[] = []
  for (const [index, frame] of images.frames.entries()) {
    const stem = place.filename.replaceAll('%batch_num%', String(index))
    const filename = `${stem}_${counterText(place.counter + index)}_.png`
    await writeFile(
      path.join(place.folder, filename),
      await encodePng(images, frame, texts, compressionLevel),
    )
    files.push({ filename, subfolder: place.subfolder, type })
  }
  return files
}

/** Five letters, so that previews of different nodes never meet. */
function previewMark(): string {
  const letters = 'abcdefghijklmnopqrstupvxyz'
  return Array.from({ length: 5 }, () => letters[Math.floor(Math.random() * letters.length)]).join(
    '',
  )
}

const PREFIX_TIP =
  'The prefix for the file to save. This may include formatting information such as %date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes.'
const SAVES = 'Saves the input images to your ComfyUI output directory.'

/** Nodes that end a graph with files. */
export const saveNodes: readonly NodeClass[] = [
  defineNode({
    name: 'SaveImage',
    displayName: 'Save Image',
    description: SAVES,
    pythonModule: 'nodes',
    category: 'image',
    inputs: {
      required: {
        images: ['IMAGE', { tooltip: 'The images to save.' }],
        filename_prefix: ['STRING', { default: 'ComfyUI', tooltip: PREFIX_TIP }],
      },
      hidden: SAVE_HIDDEN,
    },
    outputs: [],
    isOutputNode: true,
    run: async (inputs, context) => ({
      shown: {
        images: await savePngs(
          inputs.picture('images'),
          inputs.text('filename_prefix'),
          'output',
          4,
          context,
        ),
      },
    }),
  }),

  defineNode({
    name: 'PreviewImage',
    displayName: 'Preview Image',
    description: SAVES,
    pythonModule: 'nodes',
    category: 'image',
    inputs: { required: { images: ['IMAGE'] }, hidden: SAVE_HIDDEN },
    outputs: [],
    isOutputNode: true,
    run: async (inputs, context) => ({
      shown: {
        images: await savePngs(
          inputs.picture('images'),
          `ComfyUI_temp_${previewMark()}`,
          'temp',
          1,
          context,
        ),
      },
    }),
  }),

  defineNode({
    name: 'MaskPreview',
    displayName: 'MaskPreview',
    description: SAVES,
    pythonModule: 'comfy_extras.nodes_mask',
    category: 'mask',
    inputs: { required: { mask: ['MASK'] }, hidden: SAVE_HIDDEN },
    outputs: [],
    isOutputNode: true,
    run: async (inputs, context) => {
      const grey = spreadMask(inputs.mask('mask'))
      return {
        shown: {
          images: await savePngs(grey, `ComfyUI_temp_${previewMark()}`, 'temp', 4, context),
        },
      }
    },
  }),

  defineNode({
    name: 'SaveAnimatedWEBP',
    displayName: 'SaveAnimatedWEBP',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/animation',
    inputs: {
      required: {
        images: ['IMAGE'],
        filename_prefix: ['STRING', { default: 'ComfyUI' }],
        fps: float(6, 0.01, 1000, 0.01),
        lossless: ['BOOLEAN', { default: true }],
        quality: int(80, 0, 100, {}),
        method: [['default', 'fastest', 'slowest']],
      },
      hidden: SAVE_HIDDEN,
    },
    outputs: [],
    isOutputNode: true,
    run: async (inputs, context) => {
      const images = inputs.picture('images')
      const root = context.folders.output
      const place = await nextSavePath(
        inputs.text('filename_prefix'),
        root,
        images.width,
        images.height,
        new Date(),
      )
      const filename = `${place.filename}_${counterText(place.counter)}_.webp`
      const method = inputs.text('method')
      const file = await encodeWebp(images, {
        frameMs: frameMs(inputs.number('fps')),
        lossless: inputs.flag('lossless'),
        quality: inputs.number('quality'),
        effort: method === 'fastest' ? 0 : method === 'slowest' ? 6 : 4,
        exif: exifTexts(context),
      })
      await writeFile(path.join(place.folder, filename), file)
      return {
        shown: {
          images: [{ filename, subfolder: place.subfolder, type: 'output' }],
          animated: [true],
        },
      }
    },
  }),

  defineNode({
    name: 'SaveAnimatedPNG',
    displayName: 'SaveAnimatedPNG',
    pythonModule: 'comfy_extras.nodes_images',
    category: 'image/animation',
    inputs: {
      required: {
        images: ['IMAGE'],
        filename_prefix: ['STRING', { default: 'ComfyUI' }],
        fps: float(6, 0.01, 1000, 0.01),
        compress_level: int(4, 0, 9, {}),
      },
      hidden: SAVE_HIDDEN,
    },
    outputs: [],
    isOutputNode: true,
    run: async (inputs, context) => {
      const images = inputs.picture('images')
      const root = context.folders.output
      const place = await nextSavePath(
        inputs.text('filename_prefix'),
        root,
        images.width,
        images.height,
        new Date(),
      )
      const filename = `${place.filename}_${counterText(place.counter)}_.png`
      const texts = metadata(context).map(([key, text]) => ({
        type: 'comf',
        data: Buffer.from(`${key}\0${text}`, 'latin1'),
      }))
      const file = await encodeApng(
        images,
        frameMs(inputs.number('fps')),
        inputs.number('compress_level'),
        texts,
      )
      await writeFile(path.join(place.folder, filename), file)
      return {
        shown: {
          images: [{ filename, subfolder: place.subfolder, type: 'output' }],
          animated: [true],
        },
      }
    },
  }),
]

function frameMs(fps: number): number {
  return Math.trunc(1000 / fps)
}

/** EXIF keeps the graph under `Model`; what the caller added goes under `Make`, the next tag below. */
function exifTexts(context: NodeContext): Record<string, string> {
  const [graph, extra] = metadata(context).map(([key, text]) => `${key}:${text}`)
  return {
    ...(graph === undefined ? {} : { Model: graph }),
    ...(extra === undefined ? {} : { Make: extra }),
  }
}
