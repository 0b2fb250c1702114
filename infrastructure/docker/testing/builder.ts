/**
 * A real builder of images, where there is one. Its base is a stand-in: Node, the libraries that Node names, and nothing
 * else; so what starts there needs no shell and no file of the machine.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

const program = 'buildah'
const baseImage = 'docker.io/library/node:24-bookworm-slim'
const stepMsMax = 60_000

/** The part of an image's configuration that a container starts with. */
interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Healthcheck: { readonly Test: readonly string[] }
  readonly Labels: Readonly<Record<string, string>>
}

/** A program in a container; disposing of it ends all that it has started. */
interface Running extends AsyncDisposable {
  readonly exited: Promise<unknown>
  readonly said: () => string
}

export interface Builder {
  /** Builds a Dockerfile on the stand-in; the image is known by `name` from then on. */
  build(name: string, dockerfile: string, context: string, commit: string): void
  configOf(name: string): ImageConfig
  /** A fresh container of an image. */
  containerOf(name: string): string
  /** The folder that holds a container's files. */
  treeOf(container: string): string
  /** Starts a program with the image's environment, user and folder. */
  run(container: string, env: Readonly<Record<string, string>>, words: readonly string[]): Running
}

/**
 * Opens a builder that keeps everything below `folder`: nothing is left on the machine. Where none can work, the answer is
 * the sentence that says what is missing: entering a container's tree is a mount, which takes root's full rights.
 */
export function openBuilder(folder: string): Builder | string {
  const places = ['--root', join(folder, 'images'), '--runroot', join(folder, 'run')]
  // A store of plain folders; any other driver mounts.
  const store = ['--storage-driver', 'vfs', ...places]
  const works = (command: string, args: readonly string[]) =>
    spawnSync(command, args, { timeout: stepMsMax }).status === 0
  if (!works('unshare', ['--mount', 'true']) || !works(program, [...store, 'from', 'scratch']))
    return 'needs buildah, and root: apt-get install buildah crun'

  const ask = (...args: readonly string[]): string => {
    const ended = spawnSync(program, [...store, ...args], { encoding: 'utf8', timeout: stepMsMax })
    if (ended.status !== 0) throw new Error(`${program} ${args.join(' ')}:\n${ended.stderr}`)
    return ended.stdout.trim()
  }
  const tree = join(folder, 'base')
  layNode(tree)
  const base = ask('from', 'scratch')
  ask('copy', '-q', base, tree, '/')
  ask('commit', '-q', base, baseImage)
  const [digest = ''] = /sha256:[0-9a-f]{64}/.exec(ask('images', '--digests', baseImage)) ?? []

  return {
    build: (name, dockerfile, context, commit) => {
      const options = ['--pull-never', '--isolation', 'chroot', '--format', 'docker', '-q']
      const given = [`NODE_DIGEST=${digest}`, `BP_COMMIT=${commit}`]
      const args = given.flatMap(one => ['--build-arg', one])
      ask('bud', ...options, ...args, '-t', name, '-f', dockerfile, context)
    },
    configOf: name => {
      const image: { readonly Docker: { readonly config: ImageConfig } } = JSON.parse(
        ask('inspect', '--type', 'image', name),
      )
      return image.Docker.config
    },
    containerOf: name => ask('from', '--pull-never', name),
    treeOf: container => ask('mount', container),
    run: (container, env, words) => {
      const more = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`])
      const args = ['run', '--isolation', 'chroot', ...more, container, '--', ...words]
      const child = spawn(program, [...store, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (piece: Buffer) => (said += piece.toString()))
      const exited = once(child, 'close').then(([code]: unknown[]) => code)
      return {
        exited,
        said: () => said,
        [Symbol.asyncDispose]: async () => {
          child.kill('SIGTERM')
          await exited
        },
      }
    },
  }
}

/** This very Node and its libraries, at the places that it looks for them. */
function layNode(tree: string): void {
  const lay = (from: string, to: string) => {
    mkdirSync(dirname(join(tree, to)), { recursive: true })
    copyFileSync(from, join(tree, to))
    chmodSync(join(tree, to), 0o755)
  }
  lay(process.execPath, '/usr/local/bin/node')
  const { stdout } = spawnSync('/usr/bin/ldd', [process.execPath], { encoding: 'utf8' })
  for (const [library] of stdout.matchAll(/\/\S+/g)) lay(library, library)
}
