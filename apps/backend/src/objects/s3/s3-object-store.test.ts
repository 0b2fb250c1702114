import { generateKeyPairSync, verify } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '@bp/contracts/limits'
import { openS3ObjectStore } from './s3-object-store.ts'
import { signForBucket } from './sign-for-bucket.ts'

const bucket = 'bp-media-000000000000'
const windowMs = limits.signedUrlMs
/** Ten minutes into a window. */
const startMs = 1_000_000 * windowMs
let nowMs = startMs + 600_000

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of tests')
  vi.stubEnv('AWS_REGION', 'eu-central-1')
})
afterAll(() => {
  vi.unstubAllEnvs()
})

const photo = { key: 'uploads/u/a b', name: 'Hafen "1".png', contentType: 'image/png' }

describe('addresses of the bucket', () => {
  const open = () => openS3ObjectStore({ bucket, cdn: undefined, nowMs: () => nowMs })

  it('sign of a PUT what the bytes are, in headers and nowhere else', async () => {
    await using store = await open()
    const plan = await store.planPut({
      key: photo.key,
      sizeBytes: 7,
      contentType: 'image/png',
      sha256: '00'.repeat(32),
    })
    const { searchParams } = new URL(plan.url)
    expect(searchParams.get('X-Amz-SignedHeaders')?.split(';')).toEqual([
      'content-length',
      'content-type',
      'host',
      'if-none-match',
      'x-amz-checksum-sha256',
    ])
    expect(plan.headers).toEqual({
      'content-length': '7',
      'content-type': 'image/png',
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64'),
    })
    const inQuery = [...searchParams.keys()].filter(name => /checksum|crc/i.test(name))
    expect(inQuery).toEqual([])
    expect(searchParams.get('X-Amz-Expires')).toBe(String(windowMs / 1000))
  })

  it('lead to the bucket’s own host, the one that pages allow', async () => {
    await using store = await open()
    const host = `https://${bucket}.s3.eu-central-1.amazonaws.com`
    expect([store.origin, store.uploadOrigin]).toEqual([host, host])
    expect((await store.signedGet(photo)).url).toMatch(`${host}/uploads/u/a%20b?`)
  })

  it('stay the same until their window ends, and then have a whole one left', async () => {
    await using store = await open()
    const first = await store.signedGet(photo)
    expect(first.expiresAtMs).toBe(startMs + 2 * windowMs)
    nowMs = startMs + windowMs - 1
    await using another = await open()
    expect(await another.signedGet(photo)).toEqual(first)
    nowMs = startMs + windowMs
    const next = await store.signedGet(photo)
    expect(next.url).not.toBe(first.url)
    expect(next.expiresAtMs).toBe(startMs + 3 * windowMs)
    nowMs = startMs + 600_000
  })

  it('make a download of what a browser would run', async () => {
    await using store = await open()
    const disposition = async (contentType: string) =>
      new URL((await store.signedGet({ ...photo, contentType })).url).searchParams.get(
        'response-content-disposition',
      )
    expect(await disposition('image/svg+xml')).toMatch(/^attachment; filename="Hafen _1_.png"/)
    expect(await disposition('image/png')).toMatch(/^inline; /)
  })

  it('end with the credentials that signed them; old ones are changed first, and not asked for each time', async () => {
    const ends = [5, 5, 200].map(minutes => nowMs + minutes * 60_000)
    let asked = 0
    const client = new S3Client({
      region: 'eu-central-1',
      credentials: async () => ({
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'of tests',
        expiration: new Date(ends[asked++] ?? Number.NaN),
      }),
    })
    let shiftMs = 0
    const sign = signForBucket(client, bucket, () => nowMs + shiftMs)
    // Asked twice, both times for five minutes.
    expect((await sign('a', {})).expiresAtMs).toBe(ends[1])
    expect((await sign('b', {})).expiresAtMs).toBe(ends[1])
    expect(asked).toBe(2)
    shiftMs = 61_000
    expect((await sign('c', {})).expiresAtMs).toBe(startMs + 2 * windowMs)
    expect(asked).toBe(3)
  })
})

describe('addresses of the CDN', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const open = () =>
    openS3ObjectStore({
      bucket,
      cdn: {
        host: 'd111.cloudfront.net',
        keyPairId: 'K2JCJMDEHXQW5F',
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
      nowMs: () => nowMs,
    })

  it('are signed by the key that it knows, for all that they say', async () => {
    await using store = await open()
    const { url, expiresAtMs } = await store.signedGet(photo)
    const [resource = '', signed = ''] = url.split(/[?&](?=Expires=)/)
    const query = new URLSearchParams(signed)
    const expires = startMs + 2 * windowMs
    expect([expiresAtMs, query.get('Expires')]).toEqual([expires, String(expires / 1000)])
    expect(query.get('Key-Pair-Id')).toBe('K2JCJMDEHXQW5F')
    expect(query.get('Hash-Algorithm')).toBe('SHA256')
    const policy = `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires / 1000}}}}]}`
    const signature = (query.get('Signature') ?? '')
      .replaceAll('-', '+')
      .replaceAll('_', '=')
      .replaceAll('~', '/')
    expect(verify('sha256', Buffer.from(policy), publicKey, Buffer.from(signature, 'base64'))).toBe(
      true,
    )

    const address = new URL(resource)
    expect(address.origin + address.pathname).toBe('https://d111.cloudfront.net/uploads/u/a%20b')
    expect(Object.fromEntries(address.searchParams)).toEqual({
      'response-cache-control': `max-age=${windowMs / 1000}`,
      'response-content-disposition': `inline; filename="Hafen _1_.png"; filename*=UTF-8''Hafen%20%221%22.png`,
      'response-content-type': 'image/png',
    })
  })

  it('are read from it alone: bytes are sent to the bucket', async () => {
    await using store = await open()
    expect(store.origin).toBe('https://d111.cloudfront.net')
    expect(store.uploadOrigin).toBe(`https://${bucket}.s3.eu-central-1.amazonaws.com`)
    expect(await store.publicPath('effects/e/c.webp')).toMatch(/^\/effects\/e\/c\.webp\?/)
  })
})
