import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { bringFile } from './upload.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A backend and a store in one: `puts` are the statuses that PUTs are answered with, in turn. */
async function serve(puts: readonly number[], isHere = false) {
  const calls: string[] = []
  const bytes: string[] = []
  let put = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString('latin1')))
    request.on('end', () => {
      calls.push(`${request.method} ${request.url}`)
      const { port } = server.address() as AddressInfo
      const plan = {
        id: 'upload_1',
        state: 'open',
        mode: 'single',
        parts: [
          {
            n: 1,
            method: 'PUT',
            url: `http://127.0.0.1:${port}/put/${put}`,
            headers: { 'x-a': '1' },
            size_bytes: 3,
          },
        ],
        expires_at: 'x',
      }
      const asset = { id: 'asset_1' }
      const answer = (status: number, value: unknown) =>
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(value))
      if (request.method === 'PUT') {
        bytes.push(body)
        const status = puts[put++] ?? 200
        return answer(status, { code: status === 403 ? 'signature_invalid' : 'x', detail: 'no' })
      }
      if (request.url === '/api/v1/uploads')
        return isHere
          ? answer(200, { asset, upload: null })
          : answer(201, { asset: null, upload: plan })
      if (request.url?.endsWith('/complete')) return answer(200, asset)
      return answer(200, plan)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo
  return { calls, bytes, client: createClient({ baseUrl: `http://127.0.0.1:${port}` }) }
}

const file = {
  bytes: new Uint8Array([97, 98, 99]),
  sha256: 'a'.repeat(64),
  sizeBytes: 3,
  contentType: 'image/png',
  name: 'a.png',
}

describe('bringFile', () => {
  it('plans, sends, completes', async () => {
    const { client, calls, bytes } = await serve([])
    const parts: number[] = []
    const asset = await bringFile(client, { ...file, onProgress: part => parts.push(part) })
    expect(asset.id).toBe('asset_1')
    expect(calls).toEqual([
      'POST /api/v1/uploads',
      'PUT /put/0',
      'POST /api/v1/uploads/upload_1/complete',
    ])
    expect(bytes).toEqual(['abc'])
    expect(parts).toEqual([0, 1])
  })

  it('sends nothing that is here already', async () => {
    const { client, calls } = await serve([], true)
    expect((await bringFile(client, file)).id).toBe('asset_1')
    expect(calls).toEqual(['POST /api/v1/uploads'])
  })

  it('asks for a fresh address when one has expired, and opens the bytes anew', async () => {
    const { client, calls, bytes } = await serve([403])
    let opened = 0
    const open = () => {
      opened += 1
      return new Blob([file.bytes]).stream()
    }
    await bringFile(client, { ...file, bytes: open })
    expect(calls.slice(1, 4)).toEqual(['PUT /put/0', 'GET /api/v1/uploads/upload_1', 'PUT /put/1'])
    expect(bytes).toEqual(['abc', 'abc'])
    expect(opened).toBe(2)
  })

  it('takes "already there" as done, and gives up on other refusals or the third failure', async () => {
    const there = await serve([412])
    expect((await bringFile(there.client, file)).id).toBe('asset_1')
    const refused = await serve([422])
    await expect(bringFile(refused.client, file)).rejects.toMatchObject({ status: 422 })
    const broken = await serve([500, 500, 500, 200])
    await expect(bringFile(broken.client, file)).rejects.toMatchObject({ status: 500 })
    expect(broken.bytes).toHaveLength(3)
  })
})
