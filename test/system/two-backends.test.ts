import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createClient, type Client } from '@bp/client'
import { openStore } from '@bp/store/open-store'
import { raw } from '@bp/store/sql'
import { startMariadbd } from '@bp/testkit/mariadbd'
import { absence } from '../../tools/neighbours.ts'
import { startEngine } from './engine.ts'
import { ended, setEngineFaults, submitOnePicture, until } from './people.ts'

const root = resolve(import.meta.dirname, '../..')
const fleetSecret = 'of-this-test-and-of-nothing-else-at-all'
const jobs = 6

const freePort = (): Promise<number> =>
  new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** What was started here, ended at the end in the opposite order. */
class Started implements AsyncDisposable {
  readonly #children: ChildProcess[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'bp-two-'))

  run(file: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [join(root, file), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env['PATH'], ...env },
    })
    this.#children.push(child)
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) await killed(child)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise(done => {
    if (child.exitCode !== null || child.signalCode !== null) return done()
    child.once('exit', () => done())
    child.kill('SIGKILL')
  })
}

describe('two backends on one MariaDB', () => {
  it('share one queue, and what one of them held when it was killed is finished through the other, once', async context => {
    const missing = absence('mariadb')
    if (missing !== undefined) context.skip(missing)
    await using started = new Started()
    const server = await startMariadbd()
    const engine = await startEngine(0, ['--allow-faults'])
    try {
      {
        const login = {
          dialect: 'mariadb',
          socketPath: server.socketPath,
          user: 'root',
          password: '',
        } as const
        await using admin = await openStore({ ...login, database: 'mysql', connections: 1 })
        await admin.write(writer =>
          writer.run(raw('CREATE DATABASE bp CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')),
        )
      }
      const database = {
        BP_DATA: join(started.folder, 'data'),
        BP_DATABASE_URL: 'mariadb://root@localhost/bp',
        BP_DATABASE_SOCKET: server.socketPath,
        BP_EFFECTS: join(root, 'effects'),
        BP_FLEET_SECRET: fleetSecret,
        BP_LOG_LEVEL: 'fatal',
      }
      const migrated = started.run('apps/backend/bin/backend.ts', ['migrate'], database)
      expect(await new Promise(done => migrated.once('exit', done))).toBe(0)

      const backend = async (): Promise<{ child: ChildProcess; client: Client; url: string }> => {
        const port = await freePort()
        const url = `http://127.0.0.1:${port}`
        const child = started.run('apps/backend/bin/backend.ts', [], {
          ...database,
          BP_PORT: String(port),
          BP_FILES_PORT: String(await freePort()),
        })
        const client = createClient({ baseUrl: url })
        await until(
          () =>
            client.system.up().then(
              () => true,
              () => false,
            ),
          `${url} to be up`,
        )
        return { child, client, url }
      }
      const first = await backend()
      const second = await backend()
      for (const [n, { url }] of [first, second].entries())
        started.run('apps/worker/bin/worker.ts', [], {
          BP_WORKER_URL: url,
          BP_WORKER_SECRET: fleetSecret,
          BP_WORKER_ENGINE_URL: engine.url,
          BP_WORKER_INSTANCE: `by-hand-${n}`,
          BP_WORKER_DATA_FOLDER: join(started.folder, `worker-${n}`),
        })

      await setEngineFaults({ engineUrl: engine.url }, { slowNodeMs: 500 })
      const ids: string[] = []
      for (let n = 0; n < jobs; n++) {
        const { client } = n % 2 === 0 ? first : second
        ids.push((await submitOnePicture(client)).id)
      }
      await until(async () => {
        const { data } = await second.client.jobs.list({ query: { status: 'running' } })
        return data.length === 2
      }, 'a job on each worker')
      await killed(first.child)
      await setEngineFaults({ engineUrl: engine.url }, { slowNodeMs: 0 })

      for (const id of ids) {
        const job = await ended(second.client, id)
        expect(job.status, id).toBe('succeeded')
        expect(job.outputs, id).toHaveLength(1)
        expect(
          job.attempts.filter(({ outcome }) => outcome === 'succeeded'),
          id,
        ).toHaveLength(1)
      }
    } finally {
      await engine.kill()
      server.stop()
    }
  })
})
