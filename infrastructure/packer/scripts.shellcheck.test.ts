import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { userData } from '../lib/constructs/user-data.ts'

const repository = join(import.meta.dirname, '../..')
const scripts = globSync('**/*.sh', {
  cwd: repository,
  exclude: path => /(^|\/)(node_modules|\.venv|\.git|dist)$/.test(path),
}).toSorted()
const ours = scripts.filter(path => path.startsWith('infrastructure/packer/'))

describe('shellcheck', () => {
  it('knows every script', () => {
    expect(ours.length).toBeGreaterThanOrEqual(16)
  })

  it.each(scripts)('has nothing to say about %s', path => {
    const { status, stdout } = spawnSync(
      'shellcheck',
      ['--enable=check-unassigned-uppercase', path],
      {
        cwd: repository,
        encoding: 'utf8',
      },
    )
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  it('has nothing to say about user data', () => {
    const text = userData({
      fleet: { stage: 'production', slug: 'wan' },
      region: 'us-east-1',
      apiUrl: 'https://app.example.com',
    })
    const { status, stdout } = spawnSync('shellcheck', ['-'], { input: text, encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  it.each(ours)('%s is a program that stops at the first fault', path => {
    const text = readFileSync(join(repository, path), 'utf8')
    expect(text).toMatch(/^#!\/usr\/bin\/env bash\n# .+\n(#.*\n)*set -euo pipefail\n/)
    expect(statSync(join(repository, path)).mode & 0o111).not.toBe(0)
  })
})
