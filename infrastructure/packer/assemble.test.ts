import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assemble, type PayloadVariables } from './assemble.ts'

const base = mkdtempSync(join(tmpdir(), 'bp-payload-'))
afterAll(() => {
  rmSync(base, { recursive: true })
})
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
/** The pinned Node is installed on x86-64 Linux alone, where images are built. */
const isBuilder = process.platform === 'linux' && process.arch === 'x64'

describe('the payload', () => {
  let made: PayloadVariables
  let listed: readonly string[]
  beforeEach(context => {
    if (!isBuilder) context.skip('needs Linux on x86-64: images are built there')
  })
  beforeAll(async () => {
    if (!isBuilder) return
    made = await assemble(join(base, 'payload'))
    const list = spawnSync('tar', ['-tvzf', made.payload], { encoding: 'utf8' })
    listed = list.stdout.split('\n').filter(Boolean)
  }, 60_000)

  const entry = (path: string) => listed.find(line => line.endsWith(` ${path}`))

  it('holds worker, Node, sharp and every file of root, each with its mode and no owner', () => {
    for (const path of ['worker.mjs', 'bin/node', 'bin/self-test.sh'])
      expect(entry(`opt/bp/${path}`), path).toMatch(/^-rwxr-xr-x 0\/0 /)
    expect(entry('opt/bp/worker.sha256')).toMatch(/^-rw-r--r-- 0\/0 /)
    expect(listed.some(line => line.includes('sharp-linux-x64'))).toBe(true)
    const root = join(import.meta.dirname, 'root')
    const laid = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(file => file.isFile())
      .map(file => relative(root, join(file.parentPath, file.name)))
    expect(laid.filter(path => entry(path) === undefined)).toEqual([])
    expect(listed.filter(line => !/ (etc|opt)\//.test(line))).toEqual([])
  })

  it('is named by variables that Packer takes as they are', () => {
    const text = readFileSync(join(base, 'payload/payload.pkrvars.json'), 'utf8')
    expect(JSON.parse(text)).toEqual(made)
    expect(made.payload_sha256).toBe(sha256(made.payload))
    expect(made.worker_sha256).toBe(sha256(join(base, 'payload/tree/opt/bp/worker.mjs')))
    expect(made.node_version).toMatch(/^24\.\d+\.\d+$/)
    const variables = readFileSync(join(import.meta.dirname, 'variables.pkr.hcl'), 'utf8')
    for (const name of Object.keys(made)) expect(variables).toContain(`variable "${name}" {`)
  })

  it('starts from its own tree, in a clean environment', () => {
    const home = join(base, 'payload/tree/opt/bp')
    const ran = spawnSync(join(home, 'bin/node'), [join(home, 'worker.mjs')], {
      encoding: 'utf8',
      timeout: 20_000,
      env: {},
      cwd: base,
    })
    // Without a word about its backend it refuses to start. That it says so shows that nothing is missing beside it.
    expect(ran.status).toBeGreaterThan(0)
    expect(`${ran.stdout}${ran.stderr}`).toMatch(/url/i)
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('ERR_MODULE_NOT_FOUND')
  })

  it('is not laid over another one', async () => {
    await expect(assemble(join(base, 'payload'))).rejects.toThrow('is not empty')
  })
})

describe('the command', () => {
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'assemble.ts'), ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    })

  it('wants one folder', () => {
    expect(run().status).toBe(2)
    expect(run('a', 'b').stderr).toContain('Usage:')
    expect(run('--help').status).toBe(0)
  })

  it('fails for a folder that is in use', () => {
    writeFileSync(join(base, 'file'), '')
    expect(run(base).status).toBe(1)
  })
})
