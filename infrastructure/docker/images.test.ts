import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  chmodSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assemble, images, type ImageName, type ImagePlatform } from './assemble.ts'
import { copyFaults, environmentOf, execForm, readDockerfile } from './dockerfile.ts'
import { openBuilder, type Builder } from './testing/builder.ts'
import { freePort } from './testing/free-port.ts'

const names: readonly ImageName[] = ['backend', 'frontend']
const platform: ImagePlatform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'
const base = mkdtempSync(join(tmpdir(), 'bp-images-'))
// Another user has to reach the trees.
chmodSync(base, 0o755)
afterAll(() => rmSync(base, { recursive: true }))

const treeOf = (name: ImageName) => join(base, name)
const dockerfile = (name: ImageName) =>
  readDockerfile(readFileSync(join(import.meta.dirname, `${name}.Dockerfile`), 'utf8'))
const textOf = (name: ImageName, instruction: string) =>
  dockerfile(name).find(found => found.name === instruction)?.text ?? ''

/** Files below a folder, with when they were written. */
const filesOf = (folder: string): ReadonlyMap<string, number> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .toSorted()
      .map(path => [relative(folder, path), statSync(path).mtimeMs]),
  )

/** What is written to lies outside of the tree, as a container's volume does, and belongs to whom COPY gives it. */
const volumes = join(base, 'volumes')
function layVolume(name: ImageName, path: string): void {
  cpSync(join(treeOf(name), path), join(volumes, path), { recursive: true })
  const copy = dockerfile(name).find(found => found.text.startsWith(`${path}/ `))
  const [uid, gid] = (copy?.options['chown'] ?? '0:0').split(':').map(Number)
  if (process.getuid?.() === 0) chownSync(join(volumes, path), uid ?? 0, gid ?? 0)
}

const isLinux = process.platform === 'linux'
beforeEach(context => {
  if (!isLinux) context.skip('an image holds programs for Linux')
})
beforeAll(async () => {
  if (!isLinux) return
  for (const name of names) {
    await assemble(name, treeOf(name), platform)
    for (const path of images[name].written) layVolume(name, path)
  }
}, 180_000)

describe.each(names)('the Dockerfile of the %s', name => {
  const instructions = dockerfile(name)
  const of = (instruction: string) => instructions.filter(found => found.name === instruction)

  it('copies each file of the assembled tree to its place, once', () => {
    expect(copyFaults(instructions, [...filesOf(treeOf(name)).keys()])).toEqual([])
  })

  it('runs nothing while it is built, and needs no shell afterwards', () => {
    expect(['RUN', 'ADD', 'SHELL', 'CMD'].flatMap(of)).toEqual([])
    for (const program of [textOf(name, 'ENTRYPOINT'), health(name)])
      expect(execForm(program)[0]).toBe('/usr/local/bin/node')
  })

  it('starts from Node by digest, runs as nobody special, and says its commit', () => {
    expect(of('FROM').map(({ text }) => text)).toEqual(['node:24-bookworm-slim@${NODE_DIGEST}'])
    expect(of('ARG')[0]?.text).toMatch(/^NODE_DIGEST=sha256:[0-9a-f]{64}$/)
    expect(textOf(name, 'USER')).toBe('1000:1000')
    expect(textOf(name, 'LABEL')).toContain('image.revision="${BP_COMMIT}"')
    expect(environmentOf(instructions)['BP_COMMIT']).toBe('unknown')
  })
})

it('both images stand on the same Node', () => {
  expect(textOf('backend', 'ARG')).toBe(textOf('frontend', 'ARG'))
})

it('a file that no line copies, a line that copies nothing, and a wrong place are faults', () => {
  const faults = (source: string) => copyFaults(readDockerfile(source), ['app/a.mjs', 'app/b/c'])
  expect(faults('COPY app/a.mjs /app/\nCOPY --chown=1:1 \\\n  app/b/ /app/b/')).toEqual([])
  expect(faults('COPY app/a.mjs /app/')).toEqual(['app/b/c is copied 0 times'])
  expect(faults('COPY app/ /app/\nCOPY app/d /app/')).toEqual(['app/d is not in the context'])
  expect(faults('COPY app/ /')).toEqual(['app/ goes to /, not to /app/'])
})

it('a folder that holds something is refused, and so is what cannot be assembled', async () => {
  await expect(assemble('frontend', base, platform)).rejects.toThrow('is not empty')
  const ended = spawnSync(process.execPath, [
    join(import.meta.dirname, 'assemble.ts'),
    'worker',
    join(base, 'worker'),
  ])
  expect(ended.status).toBe(2)
  expect(ended.stderr.toString()).toContain(Object.keys(images).join('|'))
})

/** The program that the image's health check starts. */
function health(name: ImageName): string {
  return textOf(name, 'HEALTHCHECK').replace(/^CMD\s+/, '')
}

/** How the image's own user is played: root may become anybody; everybody else stays who he is. */
const another = ((): readonly string[] => {
  const setpriv = '/usr/bin/setpriv'
  const words = ['--reuid=1000', '--regid=1000', '--clear-groups', '--']
  const canBe = () => spawnSync(setpriv, [...words, process.execPath, '--version']).status === 0
  return process.getuid?.() === 0 && canBe() ? [setpriv, ...words] : []
})()

/** Starts a program of the image as the image would: its words, its environment, its user; paths below the tree. */
function start(name: ImageName, program: string, more: Readonly<Record<string, string>>) {
  const inTree = (text: string) =>
    text.replace(/^\/app(?=\/|$)/, `${treeOf(name)}/app`).replace(/^\/data$/, `${volumes}/data`)
  const environment = Object.entries({ ...environmentOf(dockerfile(name)), ...more })
  const [, ...args] = execForm(program)
  const [command = '', ...words] = [...another, process.execPath, ...args.map(inTree)]
  const child = spawn(command, words, {
    cwd: inTree(textOf(name, 'WORKDIR')),
    env: Object.fromEntries(environment.map(([key, value]) => [key, inTree(value)])),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (said += piece.toString()))
  const exited = once(child, 'exit').then(([code]: unknown[]) => code)
  return {
    exited,
    said: () => said,
    uid: () =>
      Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
    stop: (): Promise<unknown> => {
      child.kill('SIGTERM')
      return exited
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Asks until it is answered well; the program's own words are told when it never is. */
async function answered(url: string, said: () => string): Promise<Response> {
  const status = async () => (await fetch(url).catch(() => undefined))?.status ?? said()
  await expect.poll(status, { timeout: 20_000 }).toBe(200)
  return fetch(url)
}

it('the backend answers from its tree, is found healthy, writes nothing but data, and ends with 0', async () => {
  const before = filesOf(treeOf('backend'))
  const port = await freePort()
  const own = { BP_HOST: '127.0.0.1', BP_PORT: port, BP_FILES_PORT: await freePort() }
  const url = `http://127.0.0.1:${port}`
  await using backend = start('backend', textOf('backend', 'ENTRYPOINT'), own)
  expect(await (await answered(`${url}/api/live`, backend.said)).json()).toEqual({ status: 'ok' })
  expect(await (await answered(`${url}/api/up`, backend.said)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${url}/api/version`)).json()).toMatchObject({ commit: 'unknown' })
  const effects = async () => {
    const ready: { parts: { name: string; status: string }[] } = JSON.parse(
      await (await fetch(`${url}/api/ready`)).text(),
    )
    return ready.parts.filter(({ name }) => name.startsWith('effect'))
  }
  // They come in after the start.
  await expect
    .poll(effects, { timeout: 20_000 })
    .toEqual([expect.objectContaining({ name: 'effects', status: 'ok' })])
  // A program inside of the container is nobody special.
  expect((await fetch(`${url}/api/v1/jobs`)).status).toBe(401)
  expect(backend.uid()).toBe(another.length > 0 ? 1000 : process.getuid?.())

  await using check = start('backend', health('backend'), own)
  expect(await check.exited).toBe(0)
  expect(await backend.stop(), backend.said()).toBe(0)
  await using late = start('backend', health('backend'), own)
  expect(await late.exited).toBe(1)
  expect(filesOf(treeOf('backend'))).toEqual(before)
  expect(readdirSync(join(volumes, 'data'))).toContain('bp.sqlite')
}, 60_000)

it('the decoder of the backend finds sharp in its tree', async () => {
  const app = join(treeOf('backend'), 'app')
  const [command, ...words] = [...another, process.execPath, join(app, 'decode-child.mjs')] as const
  const child = spawn(command, words, {
    cwd: app,
    env: {},
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  try {
    const answer = once(child, 'message')
    const bytes = readFileSync(join(app, 'effects/soft-focus/cover.webp'))
    child.send({ n: 1, bytes, pixelsMax: 10_000_000, widths: [64] })
    expect((await answer)[0]).toMatchObject({ n: 1, thumbnails: [{ w: 64 }] })
  } finally {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
}, 60_000)

it('the frontend serves its pages from its tree, is found healthy, writes nothing, and ends with 0', async () => {
  const before = filesOf(treeOf('frontend'))
  const port = await freePort()
  const own = { HOST: '127.0.0.1', PORT: port }
  await using frontend = start('frontend', textOf('frontend', 'ENTRYPOINT'), own)
  const up = await answered(`http://127.0.0.1:${port}/up`, frontend.said)
  expect(await up.text()).toBe('ok unknown\n')
  const page = await fetch(`http://127.0.0.1:${port}/effects`)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(await page.text()) ?? []
  expect((await fetch(`http://127.0.0.1:${port}${script}`)).status).toBe(200)

  await using check = start('frontend', health('frontend'), own)
  expect(await check.exited).toBe(0)
  expect(await frontend.stop(), frontend.said()).toBe(0)
  await using late = start('frontend', health('frontend'), own)
  expect(await late.exited).toBe(1)
  expect(filesOf(treeOf('frontend'))).toEqual(before)
}, 60_000)

describe('built by a real builder', () => {
  const commit = 'c0ffee0ddba11'
  let builder: Builder | string | undefined
  beforeEach(context => {
    if (typeof builder === 'string') context.skip(builder)
  })
  /** The builder; each test that runs has one. */
  const built = (): Builder => {
    if (builder === undefined || typeof builder === 'string') throw new Error('there is no builder')
    return builder
  }
  beforeAll(() => {
    if (!isLinux) return
    builder = openBuilder(join(base, 'built'))
    if (typeof builder === 'string') return
    for (const name of names)
      builder.build(name, join(import.meta.dirname, `${name}.Dockerfile`), treeOf(name), commit)
  }, 180_000)

  it.each(names)('the image of the %s holds the assembled tree and its own words', name => {
    const tree = built().treeOf(built().containerOf(name))
    const held = [...filesOf(tree).keys()]
    expect(held).toEqual(expect.arrayContaining([...filesOf(treeOf(name)).keys()]))
    expect(held.filter(file => (statSync(join(tree, file)).mode & 0o004) === 0)).toEqual([])

    const config = built().configOf(name)
    expect(config.User).toBe('1000:1000')
    expect(config.Entrypoint).toEqual(execForm(textOf(name, 'ENTRYPOINT')))
    expect(config.Healthcheck.Test).toEqual(['CMD', ...execForm(health(name))])
    const environment = { ...environmentOf(dockerfile(name)), BP_COMMIT: commit }
    expect(config.Env).toEqual(
      expect.arrayContaining(Object.entries(environment).map(([key, value]) => `${key}=${value}`)),
    )
    expect(config.Labels['org.opencontainers.image.revision']).toBe(commit)
  })

  it.each([
    ['backend', 'BP_HOST', 'BP_PORT', '/api/up'],
    ['frontend', 'HOST', 'PORT', '/up'],
  ] as const)(
    'the image of the %s answers and finds itself healthy, without a shell',
    async (name, host, port, path) => {
      const container = built().containerOf(name)
      const { Entrypoint, Healthcheck } = built().configOf(name)
      const at = await freePort()
      // The frontend has no second port, and does not mind hearing of one.
      const own = { [host]: '127.0.0.1', [port]: at, BP_FILES_PORT: await freePort() }
      await using program = built().run(container, own, Entrypoint)
      expect((await answered(`http://127.0.0.1:${at}${path}`, program.said)).ok).toBe(true)
      await using check = built().run(container, own, Healthcheck.Test.slice(1))
      expect(await check.exited, check.said()).toBe(0)
      await using shell = built().run(container, own, ['/bin/sh', '-c', 'true'])
      expect(await shell.exited).not.toBe(0)
    },
    60_000,
  )
})
