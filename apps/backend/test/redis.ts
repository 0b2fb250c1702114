/** A private Redis with a password, on a free port of the loopback. Nothing of it outlives the test. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const startMsMax = 30_000

export interface TestRedis extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly password: string
}

/** Starts it and waits until it accepts connections; on `port` when one is given. */
export async function openTestRedis(
  options: { readonly port?: number; readonly password?: string } = {},
): Promise<TestRedis> {
  const { port = await freePort(), password = 'of this test and of nothing else' } = options
  const folder = await mkdtemp(join(tmpdir(), 'bp-redis-'))
  const child = spawn('redis-server', ['-'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  child.stdin.end(
    `bind 127.0.0.1\nport ${port}\nrequirepass "${password}"\nsave ""\nappendonly no\ndir ${folder}\n`,
  )
  const signal = AbortSignal.timeout(startMsMax)
  for await (const line of createInterface({ input: child.stdout, signal }))
    if (line.includes('Ready to accept connections')) break
  child.stdout.resume()
  return {
    host: '127.0.0.1',
    port,
    password,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return address.port
}
