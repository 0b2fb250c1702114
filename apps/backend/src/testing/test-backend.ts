/** A whole backend on free ports with a database of its own, for tests. Its folder goes when it is disposed. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { UserId } from '@bp/contracts/ids'
import type { Asset, UploadAnswer } from '@bp/contracts/shapes/assets'
import type { Job } from '@bp/contracts/shapes/jobs'
import { insertRows } from '@bp/store/insert-rows'
import { sql } from '@bp/store/sql'
import { createLink } from '@bp/store/users/create-link'
import { redeemLink } from '@bp/store/users/redeem-link'
import { userAccounts } from '@bp/store/users/rows'
import { readConfig } from '../config/config.ts'
import type { DatabaseConfig } from '../config/database.ts'
import { startBackend, type Backend } from '../start-backend.ts'

export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export interface Person {
  readonly id: UserId
  readonly cookie: string
}

export interface TestBackend extends AsyncDisposable {
  readonly backend: Backend
  readonly url: string
  readonly folder: string
  /** The one who owns the machine, and somebody who is only a member. */
  readonly owner: Person
  readonly member: Person
  /** Calls with a JSON body; the answer's body is read as what the test expects it to be. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options?: {
      readonly body?: unknown
      readonly as?: Person
      readonly bearer?: string
      readonly headers?: Readonly<Record<string, string>>
    },
  ): Promise<Answer<Body>>
  /** Brings a picture the whole way and answers the asset. */
  uploadPicture(as: Person, colour?: string): Promise<Asset>
  submitBlur(as: Person, more?: Readonly<Record<string, unknown>>): Promise<Job>
}

export interface TestBackendOptions {
  readonly env?: Readonly<Record<string, string>>
  /** A folder that outlives the backend: for tests of restarts. */
  readonly folder?: string
  readonly port?: number
  /** Another database than SQLite in the folder; it is migrated already. */
  readonly database?: DatabaseConfig
  /** As where nobody has set a fleet secret. */
  readonly noFleetSecret?: boolean
}

export const controlSecret = 'control-secret-of-tests'
export const fleetSecret = 'fleet-secret-of-tests-only'

export async function openTestBackend(options: TestBackendOptions = {}): Promise<TestBackend> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'bp-backend-')))
  const server = createServer()
  const port = await listen(server, options.port ?? 0)
  const effects = join(folder, 'effects')
  await writeBlurEffect(effects)
  const config = readConfig({
    BP_DATA: join(folder, 'data'),
    BP_PORT: String(port),
    BP_FILES_PORT: '0',
    BP_EFFECTS: effects,
    BP_LOG_LEVEL: 'silent',
    BP_RATE_FACTOR: '0',
    ...options.env,
  })
  const appKey = createHash('sha256').update('app key of tests').digest()
  const { database = config.database } = options
  const backend = await startBackend(
    { ...config, database },
    {
      appKey,
      controlSecret,
      fleetSecret: options.noFleetSecret === true ? undefined : fleetSecret,
      redisToken: options.env?.['BP_REDIS_AUTH_TOKEN'],
    },
  )
  server.on('request', (request, response) => backend.handleRequest(request, response))

  const owner = await signIn(backend, backend.context.ownerId, port)
  const member = await signIn(backend, await addMember(backend), port)
  const url = config.publicUrl

  const call: TestBackend['call'] = async (method, path, asked = {}) => {
    const answer = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(asked.as === undefined ? {} : { cookie: asked.as.cookie, origin: url }),
        ...(asked.bearer === undefined ? {} : { authorization: `Bearer ${asked.bearer}` }),
        ...asked.headers,
      },
      ...(asked.body === undefined
        ? {}
        : { body: typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body) }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') === true
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }

  const uploadPicture: TestBackend['uploadPicture'] = async (as, colour = '#335577') => {
    const bytes = await picture(colour)
    const { body } = await call<UploadAnswer>('POST', '/api/v1/uploads', {
      as,
      body: announcement(bytes, 'image/png', 'photo.png'),
    })
    if (body.asset !== null) return body.asset
    if (body.upload === null) throw new Error(`an upload was refused: ${JSON.stringify(body)}`)
    await putParts(body.upload, bytes)
    const done = await call<Asset>('POST', `/api/v1/uploads/${body.upload.id}/complete`, {
      as,
      body: {},
    })
    return done.body
  }

  return {
    backend,
    url,
    folder,
    owner,
    member,
    call,
    uploadPicture,
    submitBlur: async (as, more = {}) => {
      const image = await uploadPicture(as)
      const { body } = await call<Job>('POST', '/api/v1/jobs', {
        as,
        body: { effect: 'blur', input: { image: image.id }, ...more },
      })
      return body
    },
    [Symbol.asyncDispose]: async () => {
      await backend.close()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

export const announcement = (bytes: Uint8Array, contentType: string, name: string) => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  size_bytes: bytes.byteLength,
  content_type: contentType,
  name,
})

/** Sends the bytes as the plan says. Answers the status of the last part. */
export async function putParts(
  plan: NonNullable<UploadAnswer['upload']>,
  bytes: Uint8Array,
): Promise<number> {
  let status = 0
  for (const part of plan.parts) status = await putBytes(part, bytes)
  return status
}

export async function putBytes(
  part: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  bytes: Uint8Array,
): Promise<number> {
  const headers = { ...part.headers }
  delete headers['content-length']
  const answer = await fetch(part.url, { method: 'PUT', headers, body: Buffer.from(bytes) })
  await answer.arrayBuffer()
  return answer.status
}

export const picture = (colour = '#335577', width = 32, height = 24): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer()

/** The smallest effect there is: a picture in, a blurred picture out. */
export async function writeBlurEffect(folder: string, slug = 'blur'): Promise<void> {
  const place = join(folder, slug)
  await mkdir(place, { recursive: true })
  const graph = {
    '1': { class_type: 'LoadImage', inputs: { image: 'x.png' } },
    '2': {
      class_type: 'ImageBlur',
      inputs: { image: ['1', 0], blur_radius: 3, sigma: 1.0 },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'blur' } },
  }
  const effect = {
    name: 'Blur',
    description: 'Makes it soft.',
    tags: ['test'],
    inputs: [
      {
        key: 'image',
        kind: 'image',
        targets: [{ node: '1', field: 'image' }],
        schema: { title: 'Photo', 'x-bp': { accept: ['image/png', 'image/jpeg'] } },
      },
      {
        key: 'radius',
        kind: 'int',
        targets: [{ node: '2', field: 'blur_radius' }],
        schema: { type: 'integer', minimum: 1, maximum: 31, default: 3 },
      },
    ],
    outputs: [{ key: 'picture', node_id: '3', kind: 'image' }],
    fixed: {},
    needs: { models: [], custom_nodes: [], min_vram_gb: 0 },
    examples: [{ name: 'One', input: { radius: 9 }, files: { image: 'sample.webp' } }],
    pictures: { cover: 'cover.webp', sample: 'sample.webp' },
  }
  // `1.0` and not `1`: numbers of a graph stay as they were written.
  await writeFile(
    join(place, 'workflow.json'),
    JSON.stringify(graph).replace('"sigma":1', '"sigma":1.0'),
  )
  await writeFile(join(place, 'effect.json'), JSON.stringify(effect))
  const webp = (colour: string) =>
    sharp({ create: { width: 16, height: 12, channels: 3, background: colour } })
      .webp()
      .toBuffer()
  await writeFile(join(place, 'sample.webp'), await webp('#123456'))
  await writeFile(join(place, 'cover.webp'), await webp('#654321'))
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('the server has no port')
  return bound.port
}

async function signIn(backend: Backend, userId: UserId, port: number): Promise<Person> {
  const tokenHash = randomBytes(32)
  const sessionToken = randomBytes(32).toString('base64url')
  await backend.context.store.write(async writer => {
    await createLink(writer, {
      tokenHash,
      kind: 'invite',
      userId,
      role: 'member',
      validForMs: 60_000,
    })
    await redeemLink(writer, { tokenHash, sessionToken, validForMs: 3_600_000 })
  })
  return { id: userId, cookie: `bp_${port}=${sessionToken}` }
}

async function addMember(backend: Backend): Promise<UserId> {
  const authId = randomBytes(16).toString('hex')
  return backend.context.store.write(async writer => {
    await writer.run(sql`
      INSERT INTO auth_user (id, name, email, emailVerified, image, createdAt, updatedAt)
      SELECT ${authId}, 'Mia', ${`${authId}@localhost`}, 0, NULL, createdAt, updatedAt FROM auth_user LIMIT 1`)
    const id = writer.ids.next<UserId>()
    await insertRows(writer, userAccounts, [
      {
        id,
        authId,
        role: 'member',
        name: 'Mia',
        disabledAt: null,
        closedAt: null,
        graphsRun: false,
        settings: '{}',
        rev: 1,
      },
    ])
    return id
  })
}
