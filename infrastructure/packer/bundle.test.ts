import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSandbox, type Sandbox } from './testing/sandbox.ts'

const script = join(import.meta.dirname, 'provision/fetch-bundle.sh')
const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')
const env = {
  BP_BUNDLE_ID: 'wan-2',
  BP_MODELS_BUCKET: 'models',
  BP_PLACE_BUNDLE: join(import.meta.dirname, 'provision/place-bundle.ts'),
}
const model = (path: string, data: string) => ({
  kind: 'vae',
  path,
  sha256: sha256(data),
  size_bytes: data.length,
})
const one = model('vae/one.safetensors', 'one')
const two = model('checkpoints/sub/two v1.safetensors', 'two, longer')

let box: Sandbox
/** A bucket that is a folder, read by `aws s3 cp --only-show-errors <from> <to>`. */
const aws = `from="$BP_ROOT/bucket/\${4#s3://models/}"
[[ -f $from ]] || { echo 'fatal error: An error occurred (404)' >&2; exit 1; }
cp "$from" "$5"`
const put = (manifest: unknown) =>
  box.file('bucket/bundles/wan-2/manifest.json', JSON.stringify(manifest))
const asset = (data: string, hash = sha256(data)) => box.file(`bucket/assets/vae/${hash}`, data)
const calls = () => box.calls().filter(call => call.includes('/assets/'))

beforeEach(() => {
  box = openSandbox()
  box.stub('aws', aws)
  box.file('opt/bp/bin/node', `#!/bin/bash\nexec '${process.execPath}' "$@"\n`, 0o755)
  asset('one')
  asset('two, longer')
  put({ id: 'wan-2', models: [one, two] })
})
afterEach(() => {
  box[Symbol.dispose]()
})

describe('baking a bundle', () => {
  it('places each file under its path and the manifest beside them, once', () => {
    expect(box.run(script, env)).toEqual({
      code: 0,
      stdout: `place-bundle: ${one.path}\nplace-bundle: ${two.path}\nplace-bundle: wan-2 is in place, 2 fetched\n`,
      stderr: '',
    })
    expect(box.text(`opt/bp/models/${one.path}`)).toBe('one')
    expect(box.text(`opt/bp/models/${two.path}`)).toBe('two, longer')
    expect(JSON.parse(box.text('opt/bp/bundle.json'))).toMatchObject({ id: 'wan-2' })

    const before = box.tree()
    const fetched = calls().length
    expect(box.run(script, env).stdout).toBe('place-bundle: wan-2 is in place, 0 fetched\n')
    expect(box.tree()).toEqual(before)
    expect(calls()).toHaveLength(fetched)
  })

  it('fetches a file again that is there with other content', () => {
    box.file(`opt/bp/models/${one.path}`, 'eno')
    expect(box.run(script, env).code).toBe(0)
    expect(box.text(`opt/bp/models/${one.path}`)).toBe('one')
  })

  it('goes on where an earlier run was cut off', () => {
    asset('xxx', one.sha256)
    put({ id: 'wan-2', models: [two, one] })
    expect(box.run(script, env).code).toBe(1)
    expect(box.has('opt/bp/bundle.json')).toBe(false)
    asset('one')
    expect(box.run(script, env).stdout).toBe(
      `place-bundle: ${one.path}\nplace-bundle: wan-2 is in place, 1 fetched\n`,
    )
  })

  it('gives no name to a file with another hash', () => {
    asset('eno', one.sha256)
    const ran = box.run(script, env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(
      `is not what the manifest says: 3 bytes with the hash ${sha256('eno')}. Upload the model again.`,
    )
    expect([...box.tree().keys()].filter(path => path.includes('one.safetensors'))).toEqual([])
  })

  it('refuses a bundle that does not exist', () => {
    const ran = box.run(script, { ...env, BP_BUNDLE_ID: 'wan-3' })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(
      'fetch-bundle: there is no bundle wan-3: s3://models/bundles/wan-3/manifest.json cannot be read.',
    )
  })

  it.each([
    ['no bundle', { BP_BUNDLE_ID: '' }, 'no bundle is named (bundle_id).'],
    ['an odd name', { BP_BUNDLE_ID: '../x' }, '"../x" is no id of a bundle'],
    ['no bucket', { BP_MODELS_BUCKET: '' }, 'the bucket of models is not named (models_bucket)'],
  ])('refuses %s before it asks anybody', (_, change, sentence) => {
    const ran = box.run(script, { ...env, ...change })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(sentence)
    expect(box.calls()).toEqual([])
  })

  it('refuses an image that build has not made', () => {
    using bare = openSandbox()
    bare.stub('aws', aws)
    const ran = bare.run(script, env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('this is no image of bp.')
  })

  it.each([
    ['another id', { id: 'wan-1', models: [one] }, 'does not carry this id'],
    ['no models', { id: 'wan-2', models: [] }, 'must list 1 to 1000 models'],
    ['a way out', { id: 'wan-2', models: [{ ...one, path: '../../etc/x' }] }, 'leads out'],
    ['an absolute path', { id: 'wan-2', models: [{ ...one, path: '/etc/x' }] }, 'leads out'],
    ['a hidden file', { id: 'wan-2', models: [{ ...one, path: 'vae/.x' }] }, 'leads out'],
    ['a short hash', { id: 'wan-2', models: [{ ...one, sha256: 'abc' }] }, 'sha256 is missing or'],
    ['no size', { id: 'wan-2', models: [{ ...one, size_bytes: -1 }] }, 'size_bytes is missing or'],
    ['an odd kind', { id: 'wan-2', models: [{ ...one, kind: '../a' }] }, 'kind is missing or'],
    ['an archive', { id: 'wan-2', models: [{ ...one, action: 'extract' }] }, 'can be baked'],
    ['a path twice', { id: 'wan-2', models: [one, one] }, 'is named twice'],
    ['a text', '{', 'is no JSON'],
  ])('refuses a manifest with %s and fetches nothing', (_, manifest, sentence) => {
    if (typeof manifest === 'string') box.file('bucket/bundles/wan-2/manifest.json', manifest)
    else put(manifest)
    const ran = box.run(script, env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(sentence)
    expect(calls()).toEqual([])
  })

  it('ends with 28 when the disk cannot hold it, before anything is fetched', () => {
    put({ id: 'wan-2', models: [{ ...one, size_bytes: 1e15 }] })
    const ran = box.run(script, env)
    expect(ran.code).toBe(28)
    expect(ran.stderr).toContain('GB more than is free. Raise root_size_gb.')
    expect(calls()).toEqual([])
  })

  it('ends with 28 when the disk fills up on the way, and leaves no half file', () => {
    box.stub(
      'aws',
      `[[ $4 != */assets/* ]] || { echo half >"$5"; echo '[Errno 28] No space left on device' >&2; exit 1; }\n${aws}`,
    )
    const ran = box.run(script, env)
    expect(ran.code).toBe(28)
    expect([...box.tree().keys()].filter(path => path.endsWith('.part'))).toEqual([])
  })
})
