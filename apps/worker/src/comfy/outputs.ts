/**
 * What a run made. Nodes report files under any key they like (`images gifs video videos audio 3d files text latents
 * result` and more), so a file is known by its shape, never by its key, and its kind by its bytes.
 */
import type { FileRef } from './http.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from './json.ts'

export type RunOutput =
  | { readonly nodeId: string; readonly what: 'file'; readonly ref: FileRef }
  | { readonly nodeId: string; readonly what: 'text'; readonly text: string }

// Nodes that show a mesh name it as a bare text, e.g. Preview3D: { result: ['mesh/a.glb', camera, null] }.
const bareFile =
  /^(?!.*(?:^|\/)\.\.(?:\/|$))[^\0:*?"<>|\n]{1,240}\.(?:glb|gltf|obj|fbx|stl|ply|usdz|spz|splat|ksplat|mp4|webm|wav|mp3|flac|latent)$/i
const textKeys: readonly string[] = ['text', 'texts', 'string']

/**
 * Every output of every node, each file once, in the engine's order. Temporary files (previews) count only when there
 * is nothing else at all; files of the input folder never do.
 */
export function readOutputs(outputs: Fields): RunOutput[] {
  const seen = new Set<string>()
  const found: RunOutput[] = []
  const add = (nodeId: string, ref: FileRef) => {
    const key = JSON.stringify([ref.type, ref.subfolder, ref.filename])
    if (ref.type === 'input' || seen.has(key)) return
    seen.add(key)
    found.push({ nodeId, what: 'file', ref })
  }

  for (const [nodeId, output] of Object.entries(outputs)) {
    for (const [key, value] of Object.entries(fieldsOf(output))) {
      const isText = textKeys.includes(key)
      for (const item of isFields(value) ? [value] : [...flat(value)]) {
        if (isFields(item) && textOf(item['filename']) !== '') {
          add(nodeId, {
            type: textOf(item['type']) || 'output',
            subfolder: textOf(item['subfolder']),
            filename: textOf(item['filename']),
          })
        } else if (typeof item === 'string' && isText) {
          found.push({ nodeId, what: 'text', text: item })
        } else if (typeof item === 'string' && bareFile.test(item)) {
          const slash = item.lastIndexOf('/')
          add(nodeId, {
            type: 'output',
            subfolder: slash < 0 ? '' : item.slice(0, slash),
            filename: item.slice(slash + 1),
          })
        }
      }
    }
  }
  const isKept = (output: RunOutput) => output.what === 'text' || output.ref.type !== 'temp'
  return found.some(isKept) ? found.filter(isKept) : found
}

/** Lists in lists: some nodes wrap each text once more. Two levels are all that occurs. */
function* flat(value: unknown): Generator {
  if (typeof value === 'string') yield value
  for (const item of listOf(value)) {
    if (Array.isArray(item)) yield* item
    else yield item
  }
}
