import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { findInput, listFiles, type Folders } from '../folders.ts'
import { loadPicture } from '../images/codec.ts'
import { mask } from '../images/picture.ts'
import { defineNode, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'

const PICTURE_NAME = /\.(avif|bmp|gif|heic|ico|jpe?g|png|svg|tiff?|webp)$/i

async function requireInput(folders: Folders, name: string): Promise<string> {
  const file = await findInput(folders, name)
  if (file === undefined)
    throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: '${name}'`)
  return file
}

async function checkFile(value: unknown, folders: Folders): Promise<string | undefined> {
  const exists = typeof value === 'string' && (await findInput(folders, value)) !== undefined
  return exists ? undefined : `Invalid image file: ${String(value)}`
}

/** The file's hash: the same name with other bytes runs again. */
async function fingerprint(inputs: Record<string, unknown>, folders: Folders): Promise<string> {
  const file = await requireInput(folders, String(inputs['image']))
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

/** Nodes that bring a file of the input folder into the graph. */
export const loadNodes: readonly NodeClass[] = [
  defineNode({
    name: 'LoadImage',
    displayName: 'Load Image',
    pythonModule: 'nodes',
    category: 'image',
    inputs: async folders => {
      const files = (await listFiles(folders.input)).filter(name => PICTURE_NAME.test(name))
      return { required: { image: [files, { image_upload: true }] } }
    },
    outputs: ['IMAGE', 'MASK'],
    checked: ['image'],
    check: checkFile,
    fingerprint,
    run: async (inputs, { folders }) => {
      const loaded = await loadPicture(await requireInput(folders, inputs.text('image')))
      return { outputs: [loaded.image, loaded.mask] }
    },
  }),

  defineNode({
    name: 'LoadImageMask',
    displayName: 'Load Image (as Mask)',
    pythonModule: 'nodes',
    category: 'mask',
    inputs: async folders => ({
      required: {
        image: [await listFiles(folders.input), { image_upload: true }],
        channel: [['alpha', 'red', 'green', 'blue']],
      },
    }),
    outputs: ['MASK'],
    checked: ['image'],
    check: checkFile,
    fingerprint,
    run: async (inputs, { folders }) => {
      const channel = inputs.text('channel')
      const loaded = await loadPicture(await requireInput(folders, inputs.text('image')))
      const { width, height } = loaded.image
      if (channel === 'alpha') {
        // A picture without alpha is opaque everywhere: nothing is masked, at full size.
        const frame = loaded.hasAlpha ? loaded.mask.frames[0] : undefined
        return { outputs: [mask(width, height, [frame ?? new Float32Array(width * height)])] }
      }
      const offset = channel === 'green' ? 1 : channel === 'blue' ? 2 : 0
      const pixels = loaded.image.frames[0] ?? new Float32Array(width * height * 3)
      const frame = new Float32Array(width * height)
      for (let pixel = 0; pixel < frame.length; pixel++) frame[pixel] = pixels[pixel * 3 + offset]!
      return { outputs: [mask(width, height, [frame])] }
    },
  }),
]
