import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sbomOf } from './sbom.ts'
import { serviceNames } from './service.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

describe.each(serviceNames)('the list of parts of the %s', service => {
  it('names what runs there with version and hash, and nothing that only tests', async () => {
    const { components, metadata } = await sbomOf(root, service, 'abcdef0')
    expect(metadata.component).toMatchObject({ name: `bp-${service}`, version: 'abcdef0' })
    expect(components.length).toBeGreaterThan(0)
    for (const part of components) {
      expect(part.purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/)
      expect(part.hashes?.[0]?.content, part.name).toMatch(/^[0-9a-f]{128}$/)
    }
    const found = components.map(({ name }) => name)
    expect(found).not.toContain('vitest')
    expect(found.filter(name => /darwin|win32|x64|musl/.test(name))).toEqual([])
    expect(found.filter(name => name.startsWith('@bp/'))).toEqual([])
  })
})
