import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { InputSchema } from '@bp/contracts/inputs/schema'
import { startSystem } from '@bp/testkit/system'
import { ended, programOn, upload } from './people.ts'

const effectsFolder = resolve(import.meta.dirname, '../../effects')
const engineUrl = process.env['COMFYUI_URL']

/** Runs on the demo engine, and with COMFYUI_URL on a real ComfyUI: the same effects, unchanged. */
describe(`every built-in effect makes its picture on ${engineUrl === undefined ? 'the demo engine' : 'the engine at COMFYUI_URL'}`, () => {
  it('with its example, through queue, worker and engine', async () => {
    await using system = await startSystem({
      env: engineUrl === undefined ? {} : { COMFYUI_URL: engineUrl },
    })
    const client = programOn(system)
    const { data } = await client.effects.list({ query: { limit: 100 } })
    const folders = readdirSync(effectsFolder, { withFileTypes: true }).filter(entry =>
      entry.isDirectory(),
    )
    expect(data.map(effect => effect.slug).toSorted()).toEqual(
      folders.map(entry => entry.name).toSorted(),
    )

    for (const { slug } of data) {
      const effect = await client.effects.show({ params: { slug } })
      const [example] = effect.examples
      const input: Record<string, unknown> = { ...example?.input }
      for (const [key, address] of Object.entries(example?.files ?? {})) {
        const picture = await fetch(new URL(address, system.filesUrl))
        input[key] = (await upload(client, new Uint8Array(await picture.arrayBuffer()))).id
      }
      // The schema crosses the wire as plain JSON; what the form needs of it is there.
      const schema: InputSchema = JSON.parse(JSON.stringify(effect.input_schema))
      expect(Object.keys(schema.properties), slug).toEqual(
        expect.arrayContaining(Object.keys(input)),
      )

      const job = await ended(
        client,
        (await client.jobs.submit({ body: { effect: slug, input } })).id,
      )
      expect(job.status, `${slug}: ${job.error?.message}`).toBe('succeeded')
      const [output] = job.outputs
      const bytes = new Uint8Array(await (await fetch(output?.asset.url ?? '')).arrayBuffer())
      expect(bytes.length, slug).toBe(output?.asset.size_bytes)
      const made = await sharp(bytes, { animated: true }).metadata()
      expect(made.width, slug).toBe(output?.asset.width)
      const cover = await sharp(readFileSync(join(effectsFolder, slug, 'cover.webp')), {
        animated: true,
      }).metadata()
      expect((made.pages ?? 1) > 1, slug).toBe((cover.pages ?? 1) > 1)
      expect(output?.asset.thumbnails.length, slug).toBeGreaterThan(0)
    }
  })
})
