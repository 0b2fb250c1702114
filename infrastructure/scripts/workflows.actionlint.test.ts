import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.github/workflows')

/** Runs actionlint over files, with shellcheck over what they run. */
function lint(args: readonly string[], input?: string) {
  const { status, stdout } = spawnSync(
    join(root, '.venv/bin/actionlint'),
    ['-no-color', '-shellcheck', 'shellcheck', '-pyflakes', '', ...args],
    { cwd: root, encoding: 'utf8', input, timeout: 60_000 },
  )
  return { status, said: stdout }
}

it.each(readdirSync(folder))('%s has no fault', file => {
  expect(lint([join(folder, file)])).toEqual({ status: 0, said: '' })
})

it('finds a fault where there is one, in the shell too', () => {
  const workflow = (run: string) =>
    `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`
  expect(lint(['-'], workflow('echo "$A"')).status).toBe(0)
  expect(lint(['-'], workflow('echo ${{ github.head_ref }}')).said).toContain('untrusted')
  expect(lint(['-'], workflow('rm $A')).said).toContain('SC2086')
})
