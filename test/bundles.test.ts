import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore } from '@bp/testkit/database'
import { bundle } from '../tools/bundle.ts'
import { bundles, writeBundles } from '../tools/bundles.ts'
import { platforms } from '../tools/native-sharp.ts'
import { absence } from '../tools/neighbours.ts'
import { ended, programOn, submitOnePicture } from './system/people.ts'
import { root } from './tree.ts'

const base = mkdtempSync(join(tmpdir(), 'bp-bundles-'))
/** Where the bundles lie: outside of the repository, so that nothing of it can be found by accident. */
const released = join(base, 'released')
const text = (file: string) => readFileSync(join(released, file), 'utf8')
const platform = platforms.find(name => name === `${process.platform}-${process.arch}`)

beforeAll(async () => {
  if (platform === undefined) throw new Error(`no bundles are made for ${process.platform}`)
  await writeBundles(released, bundles, platform)
})
afterAll(() => rmSync(base, { recursive: true }))

/** A fresh folder below the base. */
function folder(name: string): string {
  const path = join(base, name)
  mkdirSync(path)
  return path
}

/** Runs a bundle to its end, from an empty folder and with an empty environment. */
function run(file: string, args: readonly string[], cwd: string) {
  const program = ['--enable-source-maps', join(released, file), ...args]
  return spawnSync(process.execPath, program, { cwd, env: {}, encoding: 'utf8', timeout: 20_000 })
}

/** Starts a bundle as a process; `firstLine` is the first that it prints, all of it on failure. */
async function start(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--enable-source-maps', join(released, file), ...args], {
    cwd: released,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let said = ''
  const lines = createInterface({ input: child.stdout })
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
  lines.on('line', line => (said += `${line}\n`))
  const [firstLine]: unknown[] = await Promise.race([
    once(lines, 'line'),
    exited.then(() => [undefined]),
  ])
  if (typeof firstLine !== 'string') throw new Error(`${file} ended at once:\n${said}`)
  return {
    firstLine,
    said: () => said,
    /** SIGTERM; answers the exit code. */
    stop: async (): Promise<unknown> => {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A port that was free a moment ago; the backend names its own port in links, so it cannot take any. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return String(typeof address === 'object' ? address?.port : address)
}

describe('every bundle', () => {
  it.each(bundles)('$file tells what it does, from an empty folder, and leaves it empty', row => {
    const empty = folder(`empty-${row.file}`)
    const { status, stderr, stdout } = run(row.file, ['--help'], empty)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.trim()).not.toBe('')
    expect(readdirSync(empty)).toEqual([])
  })

  it('asks for no package but sharp, apart from what ws and the Redis client do without', () => {
    const asked = readdirSync(released)
      .filter(file => file.endsWith('.mjs'))
      .flatMap(file => [...text(file).matchAll(/__require\("([^"]+)"\)/g)])
      .map(([, name = '']) => name)
      .filter(name => !isBuiltin(name))
    expect([...new Set(asked)].toSorted()).toEqual([
      '@opentelemetry/api',
      'bufferutil',
      'utf-8-validate',
    ])
  })

  it('knows no path of the machine that made it', () => {
    const written = readdirSync(released).filter(file => /\.mjs(\.map)?$/.test(file))
    expect(written.filter(file => text(file).includes(root))).toEqual([])
  })

  it('has the same bytes wherever it is made', async () => {
    const other = join(folder('elsewhere'), 'deeper')
    await bundle('apps/worker/bin/worker.ts', join(other, 'worker.mjs'))
    for (const file of ['worker.mjs', 'worker.mjs.map'])
      expect(readFileSync(join(other, file)).equals(readFileSync(join(released, file)))).toBe(true)
  })

  it('is refused when a package would be missing at run time', async () => {
    const entry = join(folder('faulty'), 'faulty.ts')
    writeFileSync(entry, "import 'a-package-that-nobody-has'\n")
    await expect(bundle(entry, join(base, 'faulty', 'faulty.mjs'))).rejects.toThrow(
      'a-package-that-nobody-has',
    )
  })

  it('names the source line of a fault', async () => {
    const entry = join(folder('thrower'), 'thrower.ts')
    writeFileSync(entry, 'interface Long {\n  readonly a: 1\n}\n\nthrow new Error("here")\n')
    const made = join(base, 'thrower', 'thrower.mjs')
    await bundle(entry, made)
    const fault = spawnSync(process.execPath, ['--enable-source-maps', made], { encoding: 'utf8' })
    expect(fault.stderr).toMatch(/thrower\.ts:5/)
  })
})

it('bp.mjs knows its version, and that nothing runs here', () => {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(root, 'apps/cli/package.json'), 'utf8'),
  )
  const { status, stdout } = run('bp.mjs', ['version', '--json'], folder('alone'))
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ data: { cli: version, server: null } })
})

it('backend.mjs brings its migrations, and applies them once', () => {
  const data = folder('migrated')
  const env = { BP_DATA: data }
  const migrate = () =>
    spawnSync(process.execPath, [join(released, 'backend.mjs'), 'migrate'], {
      env,
      encoding: 'utf8',
    })
  expect(migrate()).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Applied: 0001_queue'),
  })
  expect(migrate()).toMatchObject({ status: 0, stdout: 'Nothing to do.\n' })
})

it('backend.mjs refuses a MariaDB without its schema, brings it, and then serves from it', async context => {
  const missing = absence('mariadb')
  if (missing !== undefined) context.skip(missing)
  await using database = await openTestStore({ dialect: 'mariadb', isEmpty: true })
  if (database.config.dialect !== 'mariadb') throw new Error('no MariaDB was asked for')
  const port = await freePort()
  const env = {
    BP_DATA: folder('mariadb'),
    BP_DATABASE_URL: `mariadb://${database.config.user}@localhost/${database.config.database}`,
    BP_DATABASE_SOCKET: database.config.socketPath ?? '',
    BP_PORT: port,
    BP_LOG_LEVEL: 'warn',
  }
  const program = join(released, 'backend.mjs')
  const options = { env, encoding: 'utf8', timeout: 30_000 } as const
  const early = spawnSync(process.execPath, [program], options)
  expect({ status: early.status, said: early.stderr }).toEqual({
    status: 1,
    said: expect.stringMatching(/the database is at 0, this release at \d/),
  })
  const migrated = spawnSync(process.execPath, [program, 'migrate'], options)
  expect(migrated.stdout + migrated.stderr).toContain('Applied: 0001_queue')

  await using backend = await start('backend.mjs', [], env)
  const up = await fetch(`http://127.0.0.1:${port}/api/up`)
  expect(await up.json()).toEqual({ status: 'ok' })
  expect(await backend.stop(), backend.said()).toBe(0)
})

it('frontend.mjs serves the pages beside it until SIGTERM', async () => {
  await using frontend = await start('frontend.mjs', [], { PORT: '0', HOST: '127.0.0.1' })
  const { port }: { port: number } = JSON.parse(frontend.firstLine)
  const page = await fetch(`http://127.0.0.1:${port}/effects`)
  const html = await page.text()
  expect(page.status).toBe(200)
  const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(html) ?? []
  const loaded = await fetch(`http://127.0.0.1:${port}${script}`, {
    headers: { 'accept-encoding': 'br' },
  })
  expect([loaded.status, loaded.headers.get('content-encoding')]).toEqual([200, 'br'])
  await loaded.arrayBuffer()
  expect(await frontend.stop()).toBe(0)
})

it('a job goes through backend, worker, engine and decoder, all of them bundles', async () => {
  const work = folder('work')
  await using engine = await start(
    'demo-engine.mjs',
    ['--port', '0', '--base-directory', join(work, 'engine')],
    {},
  )
  const { url: engineUrl }: { url: string } = JSON.parse(engine.firstLine)
  const [port, filesPort] = [await freePort(), await freePort()]
  await using backend = await start('backend.mjs', [], {
    BP_DATA: join(work, 'data'),
    BP_PORT: port,
    BP_FILES_PORT: filesPort,
    BP_EFFECTS: join(root, 'effects'),
    BP_WORKER_ENTRY: join(released, 'worker.mjs'),
    BP_WORKERS_MAX: '1',
    BP_LOG_LEVEL: 'warn',
    COMFYUI_URL: engineUrl,
    COMFYUI_FOLDER: join(work, 'engine'),
  })
  const client = programOn({ url: `http://127.0.0.1:${port}` })
  const effects = async () =>
    (await client.system.ready()).parts.filter(part => part.name.startsWith('effect'))
  // They come in after the start.
  await expect
    .poll(effects, { timeout: 20_000 })
    .toEqual([expect.objectContaining({ name: 'effects', status: 'ok' })])

  // Its picture goes through the decoder when it comes in, and its result again.
  const job = await ended(client, (await submitOnePicture(client)).id)
  expect(job.status, `${job.error?.message}\n${backend.said()}`).toBe('succeeded')
  const made = await fetch(job.outputs[0]?.asset.url ?? '')
  const { width } = await sharp(await made.arrayBuffer()).metadata()
  expect(width).toBe(job.outputs[0]?.asset.width)
  expect(job.outputs[0]?.asset.thumbnails.length).toBeGreaterThan(0)

  expect(await backend.stop(), backend.said()).toBe(0)
  expect(await engine.stop()).toBe(0)
})
