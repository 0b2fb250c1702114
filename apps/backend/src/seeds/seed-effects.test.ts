import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Effect } from '@bp/contracts/shapes/effects'
import type { Ready } from '@bp/contracts/shapes/system'
import { openTestBackend, writeBlurEffect } from '../testing/test-backend.ts'
import { seedEffects } from './seed-effects.ts'

it('brings effects in once, names a faulty folder, and publishes the pictures', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bp-seeds-'))
  await using test = await openTestBackend()
  try {
    await writeBlurEffect(folder)
    await writeBlurEffect(folder, 'second')
    await mkdir(join(folder, 'broken'))
    await writeFile(join(folder, 'broken', 'effect.json'), '{"name": 1}')
    await writeFile(join(folder, 'broken', 'workflow.json'), '{}')
    await mkdir(join(folder, 'empty'))
    await mkdir(join(folder, 'No Slug'))

    const first = await seedEffects(folder, test.backend.context)
    // `blur` is what the backend itself has seeded from an equal folder.
    expect(Object.fromEntries(first)).toEqual({
      'No Slug': 'faulty',
      blur: 'unchanged',
      broken: 'faulty',
      empty: 'faulty',
      second: 'created',
    })
    const again = await seedEffects(folder, test.backend.context)
    expect(again.get('second')).toBe('unchanged')

    const { body } = await test.call<Effect>('GET', '/api/v1/effects/second')
    expect(body).toMatchObject({
      name: 'Blur',
      workflow: { slug: 'second', version: 1 },
      output_kind: 'image',
      input_schema: { required: ['image'], properties: { radius: { default: 3, maximum: 31 } } },
      cover: { width: 16, height: 12, content_type: 'image/webp' },
    })
    const cover = await fetch(test.backend.filesUrl + (body.cover?.url ?? ''))
    expect(cover.status).toBe(200)
    await cover.arrayBuffer()
    expect(body.examples[0]?.files['image']).toBe(body.sample?.url)

    const ready = await test.call<Ready>('GET', '/api/ready')
    expect(ready.body.status).toBe('fail')
    expect(ready.body.parts.filter(part => part.status === 'fail').map(part => part.name)).toEqual([
      'effect No Slug',
      'effect broken',
      'effect empty',
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
