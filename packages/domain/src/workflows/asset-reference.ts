/**
 * How a file stands in a graph on its way to a worker: `{"__bp_asset__":"i0"}`, with the list of refs beside it.
 * Only bp writes such objects; a graph that comes with one is refused, or it could name files of others.
 */
import { isRecord } from './is-record.ts'

const assetKey = '__bp_asset__'

export const assetReference = (ref: string): Readonly<Record<string, string>> => ({
  [assetKey]: ref,
})

/** Nesting beyond this is not looked into; bodies are refused at that depth before (`jsonDepthMax`). */
const depthMax = 64

/** Whether a value holds an asset reference anywhere. Text that merely contains the word is text. */
export function holdsAssetReference(value: unknown, depth = 0): boolean {
  if (depth > depthMax) return true
  if (Array.isArray(value)) return value.some(item => holdsAssetReference(item, depth + 1))
  if (!isRecord(value)) return false
  if (Object.hasOwn(value, assetKey)) return true
  return Object.values(value).some(item => holdsAssetReference(item, depth + 1))
}
