import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Connections } from './http-exchange.ts'
import { FileTooLong, receiveFile } from './receive-file.ts'

let folder: string
let url: string
const seen: { length: string | undefined; body: string }[] = []
const server = http.createServer((request, response) => {
  if (request.url === '/refuse') {
    // Answers before it has read the body, as a store does with what it will not take.
    response.writeHead(413, { connection: 'close' }).end('too much')
    return
  }
  if (request.url === '/cut') return void request.socket.destroy()
  const chunks: Uint8Array[] = []
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  request.on('end', () => {
    seen.push({
      length: request.headers['content-length'],
      body: Buffer.concat(chunks).toString(),
    })
    response.end('answer')
  })
})
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-exchange-'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

describe('an exchange', () => {
  it('sends bytes and files one after the other, with their length', async () => {
    using connections = new Connections()
    const path = join(folder, 'middle')
    await writeFile(path, 'middle')
    const body = [Buffer.from('<'), { path, sizeBytes: 6 }, Buffer.from('>')]
    const answer = await connections.exchangeText(`${url}/`, { method: 'PUT', body })
    expect(answer).toMatchObject({ status: 200, text: 'answer' })
    expect(seen.at(-1)).toEqual({ length: '8', body: '<middle>' })
  })

  it('hears a refusal that comes before the body is sent, or fails; it never hangs', async () => {
    using connections = new Connections()
    const path = join(folder, 'large')
    const sizeBytes = 8_000_000
    await writeFile(path, Buffer.alloc(sizeBytes))
    const sent = connections
      .exchangeText(`${url}/refuse`, { method: 'PUT', body: [{ path, sizeBytes }] })
      .then(({ status }) => status)
      .catch(() => 'failed')
    expect([413, 'failed']).toContain(await sent)
  })

  it('fails when the connection is cut, and on abort', async () => {
    using connections = new Connections()
    await expect(connections.exchangeText(`${url}/cut`)).rejects.toThrow(/hang up|reset/)
    const signal = AbortSignal.abort(new Error('no more'))
    await expect(connections.exchangeText(`${url}/`, { signal })).rejects.toThrow(/abort/)
  })

  it('writes no file beyond its bound', async () => {
    using connections = new Connections()
    const { body } = await connections.exchange(`${url}/`)
    await expect(receiveFile(body, join(folder, 'short'), 3)).rejects.toThrow(FileTooLong)
  })
})
