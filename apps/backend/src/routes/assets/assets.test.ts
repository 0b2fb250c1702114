import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asset, UploadAnswer } from '@bp/contracts/shapes/assets'
import type { ProblemBody } from '@bp/contracts/shapes/wire'
import {
  announcement,
  openTestBackend,
  picture,
  putParts,
  type TestBackend,
} from '../../testing/test-backend.ts'

describe('uploads and files', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  const announce = (bytes: Uint8Array, type = 'image/png', name = 'photo.png') =>
    test.call<UploadAnswer & ProblemBody>('POST', '/api/v1/uploads', {
      as: test.owner,
      body: announcement(bytes, type, name),
    })
  const complete = (id: string) =>
    test.call<Asset & ProblemBody>('POST', `/api/v1/uploads/${id}/complete`, {
      as: test.owner,
      body: {},
    })
  /** Announces, brings and completes. */
  const bring = async (bytes: Uint8Array, type?: string) => {
    const { body } = await announce(bytes, type)
    if (body.upload === null) throw new Error('it was here already')
    await putParts(body.upload, bytes)
    return complete(body.upload.id)
  }

  it('brings a picture: plan, bytes, asset with thumbnails; the second time it is here already', async () => {
    const bytes = await picture('#ff0000', 300, 200)
    const planned = await announce(bytes)
    expect(planned.status).toBe(201)
    const upload = planned.body.upload
    expect(upload).toMatchObject({ state: 'open', mode: 'single' })
    if (upload === null) return
    expect((await complete(upload.id)).body.code).toBe('upload_incomplete')
    expect(await putParts(upload, bytes)).toBe(200)
    expect(await putParts(upload, bytes)).toBe(412)
    const done = await complete(upload.id)
    expect(done.body).toMatchObject({
      kind: 'image',
      content_type: 'image/png',
      width: 300,
      height: 200,
      source: 'upload',
      name: 'photo.png',
      tags: [],
    })
    expect(done.body.thumbnails.map(one => [one.w, one.h])).toEqual([
      [256, 171],
      [300, 200],
    ])
    for (const { url } of [...done.body.thumbnails, done.body]) {
      const answer = await fetch(url)
      expect(answer.status).toBe(200)
      await answer.arrayBuffer()
    }
    expect((await complete(upload.id)).body.id).toBe(done.body.id)
    const again = await announce(bytes)
    expect(again).toMatchObject({
      status: 200,
      body: { asset: { id: done.body.id }, upload: null },
    })
  })

  it('names what it found, not what was announced', async () => {
    const { default: sharp } = await import('sharp')
    const jpeg = await sharp(await picture('#00ff00'))
      .jpeg()
      .toBuffer()
    expect((await bring(jpeg, 'image/png')).body.content_type).toBe('image/jpeg')
  })

  it.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), /SVG/],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), /page/],
    ['a text', Buffer.from('just words, a few of them'), /none of/],
  ])('refuses %s under the name of a picture, and keeps nothing of it', async (_, bytes, why) => {
    const refused = await bring(bytes)
    expect(refused.body).toMatchObject({ status: 422, code: 'type_refused' })
    expect(refused.body.detail).toMatch(why)
    const { body } = await announce(bytes)
    expect(body.upload).toMatchObject({ state: 'open' })
    expect((await complete(body.upload?.id ?? '')).body.code).toBe('upload_incomplete')
  })

  it('refuses a picture that is cut off and one that is a bomb', async () => {
    const whole = await picture('#0000ff', 400, 400)
    expect((await bring(whole.subarray(0, whole.byteLength - 200))).body.code).toBe('type_refused')
    const bomb = Buffer.concat([
      whole.subarray(0, 16),
      Buffer.alloc(8),
      deflateSync(Buffer.alloc(64)),
    ])
    bomb.writeUInt32BE(50_000, 16)
    bomb.writeUInt32BE(50_000, 20)
    const refused = await bring(bomb)
    expect(refused.body.detail).toMatch(/50000 × 50000/)
  })

  it('refuses at the plan what is empty, too large, or no picture', async () => {
    expect((await announce(Buffer.alloc(0))).body.code).toBe('type_refused')
    expect((await announce(Buffer.from('x'), 'application/pdf')).body.code).toBe('type_refused')
    const large = await test.call('POST', '/api/v1/uploads', {
      as: test.owner,
      body: { ...announcement(Buffer.from('x'), 'image/png', 'x'), size_bytes: 99_999_999 },
    })
    expect(large.body).toMatchObject({ status: 413, code: 'file_too_large' })
  })

  it('resumes an open upload, shows its state, and gives it up', async () => {
    const bytes = await picture('#abcdef')
    const first = (await announce(bytes)).body.upload
    expect((await announce(bytes)).body.upload?.id).toBe(first?.id)
    const path = `/api/v1/uploads/${first?.id}`
    expect((await test.call('GET', path, { as: test.owner })).body).toMatchObject({
      state: 'open',
      parts: [{ n: 1, method: 'PUT' }],
    })
    expect((await test.call('DELETE', path, { as: test.owner })).status).toBe(200)
    expect((await complete(first?.id ?? '')).body.code).toBe('upload_expired')
    expect((await test.call('GET', path, { as: test.owner })).body).toMatchObject({
      state: 'aborted',
      parts: [],
    })
  })

  it('lists uploads, shows one, and leads to its bytes', async () => {
    const { body } = await test.call<{ data: Asset[] }>(
      'GET',
      '/api/v1/assets?source=upload&kind=image',
      { as: test.owner },
    )
    expect(body.data.length).toBeGreaterThan(0)
    const id = body.data[0]?.id ?? ''
    const shown = await test.call<Asset>('GET', `/api/v1/assets/${id}`, { as: test.owner })
    expect(shown.body.id).toBe(id)
    const led = await test.call('GET', `/api/v1/assets/${id}/content`, { as: test.owner })
    expect(led.status).toBe(302)
    const there = await fetch(led.headers.get('location') ?? '')
    expect((await there.arrayBuffer()).byteLength).toBe(shown.body.size_bytes)
  })
})
