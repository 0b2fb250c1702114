/**
 * Every template of both shapes as it would be deployed, so that a review sees what a change of code does to the cloud.
 * `npm test -- infrastructure/test/snapshots.test.ts -u` writes them anew.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { documents, synthesize } from './installations.ts'

const folder = join(import.meta.dirname, 'snapshots')
const common = new Set(['Project', 'Stack', 'ManagedBy', 'CostCenter'])

/** Leaves out what says nothing: tags that everything has, and hashes of bundles, which change with any dependency. */
function readable(value: unknown): unknown {
  if (typeof value === 'string')
    return value
      .replaceAll('111122223333', '<account>')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash of the file>')
  if (Array.isArray(value)) {
    const kept = value.filter(
      (one: unknown) => !(isObject(one) && 'Value' in one && common.has(String(one['Key']))),
    )
    return kept.length === 0 && value.length > 0 ? undefined : kept.map(readable)
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'BootstrapVersion' && key !== 'CheckBootstrapVersion')
      .map(([key, inner]) => [key, readable(inner)]),
  )
}
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

describe.each(Object.entries(documents))('the %s installation', (shape, document) => {
  const { templates } = synthesize(document)

  it.each(Object.keys(templates))('has %s as it was reviewed', async stack => {
    const text = stringify(readable(templates[stack]), {
      lineWidth: 0,
      aliasDuplicateObjects: false,
    })
    await expect(text).toMatchFileSnapshot(join(folder, shape, `${stack}.yaml`))
  })

  it('has no file of a stack that is no more', () => {
    expect(readdirSync(join(folder, shape)).toSorted()).toEqual(
      Object.keys(templates)
        .map(stack => `${stack}.yaml`)
        .toSorted(),
    )
  })
})
