import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { UploadId, UserId } from '@bp/contracts/ids'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { queueFixture } from '@bp/testkit/queue-fixture'
import { submit } from '../jobs/submit.ts'
import { abortUpload } from './abort-upload.ts'
import { completeUpload } from './complete-upload.ts'
import { dueUploads } from './due-uploads.ts'
import { findUpload } from './find-upload.ts'
import { find, findMany } from './find.ts'
import { list } from './list.ts'
import type { NewUpload } from './new-upload.ts'
import { openUpload } from './open-upload.ts'
import type { AssetRow } from './rows.ts'
import { setThumbs } from './set-thumbs.ts'
import { restore, trash } from './trash.ts'

describe('files', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
  })
  afterEach(async () => {
    await assertSound(test.store)
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const person = (): UserId => test.store.ids.next()
  const upload = (owner: UserId, sha256 = randomBytes(32)): NewUpload => ({
    id: test.store.ids.next<UploadId>(),
    owner,
    name: 'Ünï.png',
    contentType: 'image/png',
    sizeBytes: 100,
    sha256,
    objectKey: `uploads/${owner}/${sha256.toString('hex')}`,
    openForMs: 60_000,
  })
  const open = async (one: NewUpload) => test.store.write(async writer => openUpload(writer, one))
  const complete = async (one: { id: UploadId; owner: UserId }) =>
    test.store.write(async writer =>
      completeUpload(writer, one, {
        assetId: test.store.ids.next(),
        kind: 'image',
        contentType: 'image/png',
        width: 10,
        height: 20,
      }),
    )
  const stored = async (owner: UserId): Promise<AssetRow> => {
    const one = upload(owner)
    await open(one)
    const done = await complete(one)
    if (done === undefined || 'refused' in done) throw new Error('not stored')
    return done.asset
  }

  it('opens, resumes, completes once, and then is already theirs', async () => {
    const owner = person()
    const one = upload(owner)
    expect(await open(one)).toMatchObject({ resumed: false, upload: { state: 'open' } })
    const secondTab = upload(owner, Buffer.from(one.sha256))
    expect(await open(secondTab)).toMatchObject({ resumed: true, upload: { id: one.id } })
    const first = await complete(one)
    expect(first).toMatchObject({
      again: false,
      asset: { shelf: 'uploads', name: 'Ünï.png', width: 10 },
    })
    const repeat = await complete(one)
    expect(repeat).toMatchObject({ again: true })
    const idOf = (done: typeof first) =>
      done !== undefined && 'asset' in done ? done.asset.id : undefined
    expect(idOf(repeat)).toBe(idOf(first))
    expect(await open(secondTab)).toMatchObject({ asset: { sizeBytes: 100 } })
  })

  it('gives up what is late or refused', async () => {
    const owner = person()
    const late = upload(owner)
    await open(late)
    test.advance(61_000)
    const due = await test.store.read(async reader => dueUploads(reader, { limit: 10 }))
    expect(due.map(one => one.id)).toEqual([late.id])
    expect(await test.store.write(async writer => abortUpload(writer, late))).toMatchObject({
      state: 'aborted',
    })
    expect(await test.store.write(async writer => abortUpload(writer, late))).toBeUndefined()
    expect(await complete(late)).toEqual({ refused: 'upload_expired' })
    const wrong = upload(owner)
    await open(wrong)
    await test.store.write(async writer =>
      abortUpload(writer, wrong, { errorCode: 'hash_mismatch' }),
    )
    expect(await test.store.read(async reader => findUpload(reader, wrong))).toMatchObject({
      state: 'failed',
      errorCode: 'hash_mismatch',
    })
  })

  it('lists one shelf of one person, by kind too, newest first', async () => {
    const owner = person()
    const mine: bigint[] = []
    for (let at = 0; at < 5; at++) mine.push((await stored(owner)).id)
    await stored(person())
    const read = async (more: object) =>
      test.store.read(async reader => list(reader, { owner, shelf: 'uploads', limit: 3, ...more }))
    const first = await read({})
    expect(first.rows.map(asset => asset.id)).toEqual(mine.toReversed().slice(0, 3))
    expect(first.hasMore).toBe(true)
    const second = await read({ before: first.next })
    expect(second.rows.map(asset => asset.id)).toEqual(mine.toReversed().slice(3))
    expect(second.hasMore).toBe(false)
    expect((await read({ kind: 'image' })).rows).toHaveLength(3)
    expect(await read({ kind: 'video' })).toEqual({ rows: [], hasMore: false })
  })

  it('moves to the trash and back, and a job cannot use what lies there', async () => {
    const owner = person()
    const asset = await stored(owner)
    const key = { id: asset.id, owner }
    const queue = await queueFixture(test.store)
    const job = () => queue.job({ userId: owner, assets: [{ assetId: asset.id, ref: 'i0' }] })
    expect(await test.store.write(async writer => submit(writer, [job()]))).toMatchObject([
      { replayed: false },
    ])
    expect(await test.store.write(async writer => trash(writer, key))).toMatchObject({
      shelf: 'trash',
    })
    const keyed = {
      ...job(),
      idempotency: { route: 'jobs.create', key: 'k', requestHash: randomBytes(16) },
    }
    expect(await test.store.write(async writer => submit(writer, [keyed]))).toEqual([
      { refused: 'asset_missing' },
    ])
    expect(await test.store.write(async writer => restore(writer, key))).toMatchObject({
      shelf: 'uploads',
    })
    // The refused submit has left no key behind.
    expect(await test.store.write(async writer => submit(writer, [keyed]))).toMatchObject([
      { replayed: false },
    ])
  })

  it('touches nothing for anybody else', async () => {
    const owner = person()
    const stranger = person()
    const asset = await stored(owner)
    const one = upload(owner)
    await open(one)
    const foreign = { id: asset.id, owner: stranger }
    expect(await test.store.read(async reader => find(reader, foreign))).toBeUndefined()
    expect(
      await test.store.read(async reader => findMany(reader, { ids: [asset.id], owner: stranger })),
    ).toEqual([])
    expect(await test.store.write(async writer => trash(writer, foreign))).toBeUndefined()
    expect(await test.store.write(async writer => restore(writer, foreign))).toBeUndefined()
    expect(
      await test.store.read(async reader => findUpload(reader, { ...one, owner: stranger })),
    ).toBeUndefined()
    expect(await complete({ ...one, owner: stranger })).toBeUndefined()
    expect(
      await test.store.write(async writer => abortUpload(writer, { ...one, owner: stranger })),
    ).toBeUndefined()
    const queue = await queueFixture(test.store)
    const theft = queue.job({ userId: stranger, assets: [{ assetId: asset.id, ref: 'i0' }] })
    expect(await test.store.write(async writer => submit(writer, [theft]))).toEqual([
      { refused: 'asset_missing' },
    ])
    expect(
      await test.store.read(async reader => find(reader, { id: asset.id, owner })),
    ).toMatchObject({ shelf: 'uploads' })
  })

  it('adds thumbnails as they come', async () => {
    const asset = await stored(person())
    await test.store.write(async writer => setThumbs(writer, { id: asset.id, thumbs: 1 }))
    await test.store.write(async writer =>
      setThumbs(writer, { id: asset.id, thumbs: 6, thumbhash: 'abc' }),
    )
    const found = await test.store.read(async reader =>
      find(reader, { id: asset.id, owner: asset.userId }),
    )
    expect(found).toMatchObject({ thumbs: 7, thumbhash: 'abc', width: 10 })
  })
})
