/** The AWS emulator as a process, and a border in front of it where callers can be stopped. */
import { spawn } from 'node:child_process'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = join(import.meta.dirname, '../../../infrastructure/emulate/emulator.ts')

export interface EmulatedAws extends AsyncDisposable {
  /** The environment of a caller. */
  readonly env: Readonly<Record<string, string>>
}

export async function startEmulatedAws(): Promise<EmulatedAws> {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise(resolve => child.once('close', resolve))
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([
    new Promise<string>(resolve => lines.once('line', resolve)),
    ended.then(() => Promise.reject(new Error('the emulator ended before it was up'))),
  ])
  const said: { readonly env: Readonly<Record<string, string>> } = JSON.parse(first)
  return {
    env: said.env,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await ended
    },
  }
}

export interface Border extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  /** Calls that change something, in order: `PutParameter`, … */
  readonly writes: readonly string[]
  /** Called with the number of each writing call, from 0, before it goes through; false: it does not. */
  guard: (n: number) => boolean
}

const isWrite = /^(Put|Label|Update|Create|Delete|Tag)/

/** Lets calls through to the emulator, and tells which of them write. */
export async function openBorder({ env }: EmulatedAws): Promise<Border> {
  const writes: string[] = []
  const server = createServer((asked, answer) => {
    const action =
      String(asked.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? ''
    if (isWrite.test(action)) {
      writes.push(action)
      if (!border.guard(writes.length - 1)) return
    }
    const through = request(
      new URL(asked.url ?? '/', env['AWS_ENDPOINT_URL']),
      { method: asked.method, headers: asked.headers },
      given => {
        answer.writeHead(given.statusCode ?? 502, given.headers)
        given.pipe(answer)
      },
    )
    through.on('error', () => answer.destroy())
    asked.pipe(through)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  const border: Border = {
    env: { ...env, AWS_ENDPOINT_URL: `http://127.0.0.1:${String(address.port)}` },
    writes,
    guard: () => true,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return border
}
