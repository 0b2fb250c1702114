import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBench, type Bench } from '../../../test/run-bp.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** A script in the place of the real one, which says what it was called with. */
const script = (ending: string) => `
  const words = process.argv.slice(2)
  process.stderr.write('backend 1 → ' + words[3] + '\\nsteady\\n')
  ${ending}
`
async function place(ending: string): Promise<void> {
  const folder = join(bench.folder, 'infrastructure/scripts')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'release-service.ts'), script(ending))
}

it('starts the script of the Deploy workflow and tells what it says', async () => {
  await place(`console.log(JSON.stringify({ ok: true, words }))`)
  const { code, out, err } = await bench.run(['image', 'promote', 'backend', 'abc', '--json'])
  expect(code).toBe(0)
  expect(err).toBe('backend 1 → abc\nsteady\n')
  expect(JSON.parse(out).data.words).toEqual(['--services', 'backend', '--tag', 'abc', '--json'])
})

it('refuses in the words of the script', async () => {
  await place(`
    console.log(JSON.stringify({ ok: false, code: 'no_image', message: 'No such tag.', remedy: 'Push it.' }))
    process.exitCode = 1`)
  const { code, out } = await bench.run(['image', 'promote', 'backend', 'abc', '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(out).error).toMatchObject({
    code: 'no_image',
    message: 'No such tag.',
    next: 'Push it.',
  })
})

it('refuses a script that ends without a word, and another service', async () => {
  await place('process.exitCode = 1')
  expect((await bench.run(['image', 'promote', 'frontend', 'abc'])).code).toBe(1)
  expect((await bench.run(['image', 'promote', 'worker', 'abc'])).code).toBe(2)
})
