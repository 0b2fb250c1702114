/** What both places of pointers must do; each of them runs it. */
import { expect, it } from 'vitest'
import { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import type { FleetPointers } from '../src/fleet/pointers/fleet-pointers.ts'

const config = DesiredConfig.parse({
  stage: 'staging',
  slug: 'a'.repeat(32),
  name: 'Portraits',
  instance_types: ['g6.xlarge', 'g5.xlarge'],
  min: 0,
  max: 3,
})

export function pointerCases(open: () => FleetPointers): void {
  it('has nothing where nothing was put', async () => {
    expect(await open().get({ stage: 'production', slug: 'nobody' })).toBeUndefined()
  })
  it('gives back what was put, however often it was', async () => {
    await open().put(config)
    await open().put(config)
    expect(await open().get(config)).toEqual(config)
  })
  it('puts another document over it', async () => {
    await open().put({ ...config, max: 5 })
    expect(await open().get(config)).toMatchObject({ max: 5 })
  })
  it('keeps stages and slugs apart', async () => {
    await open().put({ ...config, stage: 'production', max: 9 })
    expect(await open().get(config)).toMatchObject({ max: 5 })
    expect(await open().get({ ...config, stage: 'production' })).toMatchObject({ max: 9 })
  })
  it('ends with one of them whole when two write at once', async () => {
    await Promise.all([1, 2, 3].map(max => open().put({ ...config, max })))
    expect([1, 2, 3]).toContain((await open().get(config))?.max)
  })
}
