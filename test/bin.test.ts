import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { manifest, root, rooms, text } from './tree.ts'

// Vitest transforms with a parser of its own, so only this sees what plain Node cannot run.
const bins = rooms.flatMap(({ folder }) =>
  Object.entries(manifest(folder).bin ?? {}).map(([name, file]) => ({
    name,
    file: join(folder, file),
  })),
)

describe('every program', () => {
  const empty = mkdtempSync(join(tmpdir(), 'bp-bin-'))
  afterAll(() => rmSync(empty, { recursive: true }))

  it.each(bins)(
    '$name tells what it does under plain Node, from any folder, and touches nothing',
    ({ file }) => {
      const ended = spawnSync(process.execPath, [join(root, file), '--help'], {
        cwd: empty,
        encoding: 'utf8',
        timeout: 20_000,
        env: { PATH: process.env['PATH'], HOME: empty },
      })
      expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 0, stderr: '' })
      expect(ended.stdout.trim()).not.toBe('')
      expect(readdirSync(empty)).toEqual([])
    },
  )

  it.each(bins)('$name can be started by name', ({ file }) => {
    expect(text(file)).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(statSync(join(root, file)).mode & 0o111).not.toBe(0)
  })
})
