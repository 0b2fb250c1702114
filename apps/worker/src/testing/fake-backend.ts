/**
 * The worker plane and a file store over real HTTP, for tests: bodies are held against the contract's own shapes,
 * files against what was announced. Grants one lease at a time, remembers every end.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import http from 'node:http'
import type { Directive, EndVerdict } from '@bp/contracts/leases'
import { paths, type RouteId } from '@bp/contracts/paths'
import { routeIds, routes } from '@bp/contracts/routes'
import {
  Beat,
  Complete,
  Fail,
  LeaseAsk,
  OutputsAsk,
  Release,
  type DeliveredOutput,
  type Lease,
} from '@bp/contracts/shapes/leases'
import { PhaseReport, Register } from '@bp/contracts/shapes/workers'

export type FakeEnd =
  | { kind: 'complete'; outputs: DeliveredOutput[] }
  | { kind: 'fail'; failure: Fail['leases'][number]['failure'] }
  | { kind: 'release'; reason: string }

export interface FakeJob {
  graph: Record<string, unknown>
  inputs?: { ref: string; bytes: Uint8Array; name: string; contentType: string }[]
  outputs?: { key: string; node_id: string; kind: string }[]
  allowPartial?: boolean
  leaseMs?: number
  runMs?: number
}
interface Held {
  lease: Lease
  end?: FakeEnd
  ended: PromiseWithResolvers<FakeEnd>
}

export class FakeBackend implements AsyncDisposable {
  url = ''
  readonly secret = 'fleet-secret'
  readonly calls: { id: RouteId; body: unknown }[] = []
  readonly files = new Map<string, Buffer>()
  readonly directives: Directive[] = []
  /** Jobs that the next beat cancels, and leases it calls lost. */
  readonly canceled = new Map<string, string>()
  readonly lost = new Set<string>()
  /** Calls that are cut without an answer, after they were acted upon. */
  readonly cut = new Set<RouteId>()
  /** While true every call is refused at the door. */
  isAway = false
  token: string | undefined
  readonly #server = http.createServer((request, response) => void this.#serve(request, response))
  readonly #waiting: Lease[] = []
  readonly #held = new Map<string, Held>()
  readonly #byClaim = new Map<string, Lease[]>()
  readonly #listeners = new Set<() => void>()
  #jobs = 0

  static async start(): Promise<FakeBackend> {
    const backend = new FakeBackend()
    await new Promise<void>(resolve => backend.#server.listen(0, '127.0.0.1', resolve))
    const address = backend.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens on no port')
    backend.url = `http://127.0.0.1:${address.port}`
    return backend
  }

  /** Puts a job in line; answers its id. */
  submit(job: FakeJob): string {
    const id = `job_${String(++this.#jobs).padStart(13, '0')}`
    const lease: Lease = {
      job: id,
      epoch: 1,
      secret: randomBytes(16).toString('hex'),
      run_id: randomUUID(),
      expires_in_ms: job.leaseMs ?? 30_000,
      attempt: 1,
      payload: {
        graph: job.graph,
        inputs: (job.inputs ?? []).map(input => {
          const sha256 = sha256Of(input.bytes)
          this.files.set(`in/${sha256}`, Buffer.from(input.bytes))
          return {
            ref: input.ref,
            asset: 'asset_0000000000001',
            url: `${this.url}/files/in/${sha256}`,
            sha256,
            size_bytes: input.bytes.length,
            content_type: input.contentType,
            name: input.name,
          }
        }),
        outputs: job.outputs ?? [],
        models: [],
        allow_partial: job.allowPartial ?? false,
      },
      max_run_ms: job.runMs ?? 60_000,
      deadline_in_ms: null,
    }
    this.#held.set(id, { lease, ended: Promise.withResolvers<FakeEnd>() })
    this.#waiting.push(lease)
    this.#changed()
    return id
  }

  ended(job: string): Promise<FakeEnd> {
    return this.#find(job).ended.promise
  }
  hasEnded(job: string): boolean {
    return this.#find(job).end !== undefined
  }
  bodies(id: RouteId): unknown[] {
    return this.calls.filter(call => call.id === id).map(call => call.body)
  }
  /** Resolves as soon as the condition holds; it is looked at after each call. */
  async until(condition: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => {
      if (condition()) resolve()
    }
    this.#listeners.add(look)
    look()
    await promise
    this.#listeners.delete(look)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #find(job: string): Held {
    const held = this.#held.get(job)
    if (held === undefined) throw new Error(`no job ${job}`)
    return held
  }
  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (this.isAway) return void request.socket.destroy()
    const chunks: Uint8Array[] = []
    for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const path = request.url ?? ''
    if (path.startsWith('/files/')) return this.#serveFile(request, response, path.slice(7), body)
    const id = routeIds.find(
      one => paths[one].path === path && paths[one].method === request.method,
    )
    if (id === undefined) return problem(response, 404, 'not_found')
    const bearer = request.headers.authorization?.replace('Bearer ', '')
    const isRegister = id === 'workers.register'
    if (bearer !== (isRegister ? this.secret : this.token))
      return problem(response, 401, isRegister ? 'secret_wrong' : 'worker_token_wrong')
    try {
      const value: unknown = JSON.parse(body.toString('utf8'))
      const row = routes[id]
      if ('body' in row) row.body.parse(value)
      this.calls.push({ id, body: value })
      this.#changed()
      const answer = await this.#answer(id, value, response)
      this.#changed()
      if (this.cut.delete(id)) return void request.socket.destroy()
      if (this.isAway) return void request.socket.destroy()
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer))
    } catch (error) {
      problem(response, 422, 'validation_failed', String(error))
    }
  }

  async #answer(id: string, value: unknown, response: http.ServerResponse): Promise<unknown> {
    switch (id) {
      case 'workers.register':
        Register.parse(value)
        this.token = randomUUID()
        return {
          worker: 'worker_0000000000001',
          token: this.token,
          protocol: 1,
          config: { beat_every_ms: 10_000, lease_ms: 30_000 },
        }
      case 'workers.phase':
        PhaseReport.parse(value)
        return { directives: this.directives }
      case 'leases.grant':
        return this.#grant(LeaseAsk.parse(value), response)
      case 'leases.renew':
        return {
          leases: Beat.parse(value).leases.map(({ job, epoch }) => ({
            job,
            epoch,
            verdict: this.lost.has(job) ? 'lost' : this.canceled.has(job) ? 'cancel' : 'ok',
            reason: this.canceled.get(job) ?? null,
            expires_in_ms: this.#find(job).lease.expires_in_ms,
          })),
          directives: this.directives,
          renew_in_ms: 200,
        }
      case 'leases.outputs': {
        const { lease, files } = OutputsAsk.parse(value)
        return {
          files: files.map(file => {
            const key = `jobs/${lease.job}/${lease.epoch}/${file.n}-${file.name}`
            return {
              n: file.n,
              method: 'PUT',
              url: `${this.url}/files/${encodeURI(key)}`,
              headers: {
                'content-type': file.content_type,
                'x-sha256': file.sha256,
                'x-size': String(file.size_bytes),
              },
              object_key: key,
            }
          }),
        }
      }
      case 'leases.complete':
        return this.#end(
          Complete.parse(value).leases.map(({ job, outputs }) => ({
            job,
            end: { kind: 'complete', outputs },
          })),
        )
      case 'leases.fail':
        return this.#end(
          Fail.parse(value).leases.map(({ job, failure }) => ({
            job,
            end: { kind: 'fail', failure },
          })),
        )
      case 'leases.release':
        return this.#end(
          Release.parse(value).leases.map(({ job, reason }) => ({
            job,
            end: { kind: 'release', reason },
          })),
        )
      default:
        return { ok: true }
    }
  }

  async #grant(ask: LeaseAsk, response: http.ServerResponse): Promise<unknown> {
    const repeated = ask.again ? this.#byClaim.get(ask.claim_id) : undefined
    const answer = (leases: Lease[]) => ({ leases, directives: this.directives, ask_again_ms: 0 })
    if (repeated !== undefined && repeated.length > 0) return answer(repeated)
    if (ask.health !== 'good') return answer([])
    const isDone = () =>
      this.#waiting.length > 0 || this.directives.length > 0 || response.destroyed
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => {
      if (isDone()) resolve()
    }
    const late = setTimeout(resolve, 1_000)
    this.#listeners.add(look)
    response.on('close', resolve)
    look()
    await promise
    clearTimeout(late)
    this.#listeners.delete(look)
    if (response.destroyed || this.directives.length > 0) return answer([])
    const lease = this.#waiting.shift()
    const leases = lease === undefined ? [] : [lease]
    this.#byClaim.set(ask.claim_id, leases)
    return answer(leases)
  }

  #end(ends: { job: string; end: FakeEnd }[]): unknown {
    return {
      leases: ends.map(({ job, end }) => {
        const held = this.#find(job)
        let verdict: EndVerdict = held.end === undefined ? 'accepted' : 'already'
        if (this.lost.has(job)) verdict = 'stale'
        const missing =
          end.kind === 'complete' &&
          end.outputs.some(output => {
            const file = this.files.get(output.object_key)
            return file === undefined || sha256Of(file) !== output.sha256
          })
        if (missing)
          return { job, epoch: held.lease.epoch, verdict: 'stale', problem: 'output_missing' }
        held.end ??= end
        held.ended.resolve(held.end)
        return { job, epoch: held.lease.epoch, verdict, problem: null }
      }),
    }
  }

  #serveFile(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    key: string,
    body: Buffer,
  ): void {
    const name = decodeURI(key)
    if (request.method === 'GET') {
      const file = this.files.get(name)
      response.writeHead(file === undefined ? 404 : 200).end(file)
      return
    }
    const isWhole =
      request.headers['content-length'] === String(body.length) &&
      request.headers['x-size'] === String(body.length) &&
      request.headers['x-sha256'] === sha256Of(body)
    if (isWhole) this.files.set(name, body)
    response.writeHead(isWhole ? 200 : 400).end()
    this.#changed()
  }
}

type LeaseAsk = ReturnType<typeof LeaseAsk.parse>

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function problem(response: http.ServerResponse, status: number, code: string, detail = code): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ code, status, detail, title: code }))
}
