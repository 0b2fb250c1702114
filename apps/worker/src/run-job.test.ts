import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engineHttp } from './comfy/http.ts'
import { nodeClasses } from './comfy/object-info.ts'
import { engineSocket } from './comfy/socket.ts'
import { holdLease } from './held-lease.ts'
import { Connections } from './http-exchange.ts'
import { loadPictureTool } from './media/picture.ts'
import { openPlane } from './plane.ts'
import { runJob } from './run-job.ts'
import { startBench, type Bench } from './testing/agent.ts'
import { FakeBackend, type FakeEnd, type FakeJob } from './testing/fake-backend.ts'
import { animation, negative, plainPicture } from './testing/graphs.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await bench.engine.faults({
    slowNodeMs: 0,
    outOfMemory: 0,
    cudaError: 0,
    crash: 0,
    dropSocket: 0,
    silentSocket: 0,
    promptError: 0,
  })
})

const run = (job: FakeJob): Promise<FakeEnd> => bench.backend.ended(bench.backend.submit(job))
const outputsOf = (end: FakeEnd) => {
  if (end.kind !== 'complete') throw new Error(`it ended as ${JSON.stringify(end)}`)
  return end.outputs
}
const faultOf = (end: FakeEnd) => {
  if (end.kind !== 'fail') throw new Error(`it ended as ${JSON.stringify(end)}`)
  return end.failure
}
const fileOf = (key: string): Buffer => {
  const file = bench.backend.files.get(key)
  if (file === undefined) throw new Error(`no file ${key}`)
  return file
}

describe('outputs', () => {
  it('brings a picture with its size, its name in the workflow and its thumbnails', async () => {
    const end = await run({
      graph: plainPicture(800, 400),
      outputs: [{ key: 'image', node_id: '9', kind: 'image' }],
    })
    const [output, ...rest] = outputsOf(end)
    expect(rest).toEqual([])
    expect(output).toMatchObject({
      node_id: '9',
      key: 'image',
      kind: 'image',
      content_type: 'image/png',
      width: 800,
      height: 400,
      reused: false,
    })
    expect(output?.name).toBe('picture.png')
    expect(output?.thumbnails.map(({ w }) => w)).toEqual([640, 256])
    for (const { w, object_key: key } of output?.thumbnails ?? [])
      expect(await sharp(fileOf(key)).metadata()).toMatchObject({ format: 'webp', width: w })
  })

  it('uses the pictures of the input, under the names that the engine gives them', async () => {
    const bytes = await sharp({
      create: { width: 30, height: 20, channels: 3, background: '#ff0000' },
    })
      .png()
      .toBuffer()
    const input = { ref: 'photo', bytes, name: 'photo.png', contentType: 'image/png' }
    const [output] = outputsOf(await run({ graph: negative('photo'), inputs: [input] }))
    const made = await sharp(fileOf(output?.object_key ?? ''))
      .removeAlpha()
      .raw()
      .toBuffer()
    expect([...made.subarray(0, 3)]).toEqual([0, 255, 255])
  })

  it('tells an animation from a still', async () => {
    const [output] = outputsOf(await run({ graph: animation() }))
    expect(output).toMatchObject({
      key: '9-0',
      content_type: 'image/webp',
      width: 40,
      height: 30,
      fps: 4,
      duration_ms: 500,
    })
    expect(output?.thumbnails.map(({ w }) => w)).toEqual([256])
  })

  it('brings texts as files of their own, and leaves previews out when there is anything else', async () => {
    const graph = {
      ...plainPicture(),
      '20': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
      '21': { class_type: 'PreviewAny', inputs: { source: 'made of words' } },
    }
    const outputs = outputsOf(await run({ graph }))
    expect(outputs.map(({ node_id: node }) => node).toSorted()).toEqual(['21', '9'])
    const text = outputs.find(({ kind }) => kind === 'text')
    expect(text).toMatchObject({ content_type: 'text/plain', name: '21-0.txt' })
    expect(fileOf(text?.object_key ?? '').toString()).toBe('made of words')
  })

  it('brings previews when there is nothing else', async () => {
    const { '1': source } = plainPicture()
    if (source === undefined) throw new Error('no source')
    const graph = { '1': source, '5': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } } }
    expect(outputsOf(await run({ graph }))).toHaveLength(1)
  })

  it('marks what came out of the cache, and names files of this attempt all the same', async () => {
    const graph = plainPicture(50, 50, 0x123456)
    const [first] = outputsOf(await run({ graph }))
    const [second] = outputsOf(await run({ graph }))
    expect(first).toMatchObject({ reused: false })
    expect(second).toMatchObject({ reused: true })
    expect(fileOf(second?.object_key ?? '').length).toBeGreaterThan(0)
    expect(second?.object_key).not.toBe(first?.object_key)
  })

  it('brings numbers of a graph to the engine with every digit', async () => {
    const rawNumber: (text: string) => unknown = Reflect.get(JSON, 'rawJSON')
    const { '1': source, '9': save } = plainPicture(16, 16)
    const graph = {
      '1': source,
      '2': {
        class_type: 'ImageAddNoise',
        inputs: {
          image: ['1', 0],
          seed: rawNumber.call(JSON, '18446744073709551615'),
          strength: rawNumber.call(JSON, '0.50'),
        },
      },
      '9': { ...save, inputs: { ...save?.inputs, images: ['2', 0] } },
    }
    const [output] = outputsOf(await run({ graph }))
    expect(fileOf(output?.object_key ?? '').toString('latin1')).toContain('18446744073709551615')
  })

  it('leaves nothing behind in the history and in its own folder', async () => {
    await run({ graph: plainPicture() })
    // The slot is free again when the next job ends, so the first was tidied up by then.
    await run({ graph: plainPicture() })
    await expect
      .poll(
        async () => [
          ...(await bench.engine.history()),
          ...(await readdir(join(bench.folder, 'data', 'jobs'))),
        ],
        { timeout: 10_000 },
      )
      .toEqual([])
  })
})

describe('what the job is to blame for', () => {
  it('names every class that this engine does not have', async () => {
    const graph = {
      ...plainPicture(),
      '30': { class_type: 'Nowhere', inputs: {} },
      '31': { class_type: 'Neither', inputs: {} },
    }
    expect(faultOf(await run({ graph }))).toMatchObject({
      kind: 'job',
      error: { code: 'node_missing', node_id: '30', node_class: 'Nowhere', received: 'Nowhere' },
    })
  })

  it('refuses a node without inputs before the engine gets it', async () => {
    const graph = { ...plainPicture(), '30': { class_type: 'EmptyImage' } }
    expect(faultOf(await run({ graph }))).toMatchObject({
      error: { code: 'input_invalid', pointer: '/graph/30', node_id: '30' },
    })
  })

  it('says which value of which field is not allowed, and what is', async () => {
    const graph = plainPicture(0, 10)
    expect(faultOf(await run({ graph }))).toMatchObject({
      error: {
        code: 'input_invalid',
        pointer: '/graph/1/inputs/width',
        node_id: '1',
        node_class: 'EmptyImage',
        received: 0,
        allowed: { min: 1 },
      },
    })
  })

  it('takes half a graph for a failure, unless the job says that half is enough', async () => {
    const graph = {
      ...plainPicture(),
      '40': {
        class_type: 'EmptyImage',
        inputs: { width: 0, height: 8, batch_size: 1, color: 0 },
      },
      '41': { class_type: 'SaveImage', inputs: { images: ['40', 0], filename_prefix: 'bad' } },
    }
    expect(faultOf(await run({ graph }))).toMatchObject({
      error: { code: 'graph_partial', node_id: '40' },
    })
    const outputs = outputsOf(await run({ graph, allowPartial: true }))
    expect(outputs.map(({ node_id: node }) => node)).toEqual(['9'])
  })

  it('tells what a node said when it raised', async () => {
    const input = {
      ref: 'photo',
      bytes: Buffer.from('no picture at all'),
      name: 'photo.png',
      contentType: 'image/png',
    }
    const failure = faultOf(await run({ graph: negative('photo'), inputs: [input] }))
    expect(failure).toMatchObject({ kind: 'job', error: { who: 'you' } })
    expect(
      failure.kind === 'job' && ['input_invalid', 'node_error'].includes(failure.error.code),
    ).toBe(true)
  })

  it('refuses a ref that the lease does not bring', async () => {
    expect(faultOf(await run({ graph: negative('photo') }))).toMatchObject({
      error: { code: 'asset_missing', node_id: '1' },
    })
  })

  it('misses an output that the workflow promises', async () => {
    const end = await run({
      graph: plainPicture(),
      outputs: [{ key: 'mask', node_id: '10', kind: 'image' }],
    })
    expect(faultOf(end)).toMatchObject({ error: { code: 'output_missing', node_id: '10' } })
  })

  it('stops a run that takes longer than it may', async () => {
    await bench.engine.faults({ slowNodeMs: 30_000 })
    const end = await run({ graph: plainPicture(64, 48, 1), runMs: 300 })
    expect(faultOf(end)).toMatchObject({ error: { code: 'timed_out' } })
    await expect.poll(() => bench.engine.isIdle(), { timeout: 10_000 }).toBe(true)
  })
})

describe('what the engine does wrong', () => {
  it('runs once more on the same engine after it ran out of memory', async () => {
    await bench.engine.faults({ outOfMemory: 1 })
    expect(outputsOf(await run({ graph: plainPicture(64, 48, 2) }))).toHaveLength(1)
  })

  it('gives up when the memory is too small twice', async () => {
    await bench.engine.faults({ outOfMemory: 2 })
    expect(faultOf(await run({ graph: plainPicture(64, 48, 3) }))).toMatchObject({
      error: { code: 'out_of_memory' },
    })
  })

  it('blames the machine for a CUDA error', async () => {
    await bench.engine.faults({ cudaError: 1 })
    expect(faultOf(await run({ graph: plainPicture(64, 48, 4) }))).toMatchObject({
      kind: 'infrastructure',
      code: 'cuda_error',
    })
  })

  it('finishes a run whose socket is dropped in the middle', async () => {
    await bench.engine.faults({ dropSocket: 1, slowNodeMs: 100 })
    expect(outputsOf(await run({ graph: plainPicture(64, 48, 5) }))).toHaveLength(1)
  })

  it('finishes a run of which the socket tells nothing', async () => {
    await bench.engine.faults({ silentSocket: 1 })
    expect(outputsOf(await run({ graph: plainPicture(64, 48, 10) }))).toHaveLength(1)
  })

  it('follows a prompt that was queued although the engine answered 500', async () => {
    await bench.engine.faults({ promptError: 1 })
    expect(outputsOf(await run({ graph: plainPicture(64, 48, 6) }))).toHaveLength(1)
  })
})

describe('an engine that is gone', () => {
  it('costs a job nothing when nothing of it ever ran', async () => {
    await using backend = await FakeBackend.start()
    backend.token = 'a token'
    const job = backend.submit({ graph: plainPicture() })
    const plane = openPlane(backend.url, backend.token)
    const ask = { claim_id: crypto.randomUUID(), slots: 1 }
    const [lease] = (await plane.leases.grant({ body: ask })).leases
    if (lease === undefined) throw new Error('no lease')
    using connections = new Connections()
    // Port 9 (discard) is served by nobody here.
    const engine = engineHttp('http://127.0.0.1:9', connections)
    using socket = engineSocket({ url: engine.url, log: bench.log })
    let doubts = 0
    const report = await runJob(
      holdLease(lease, performance.now() + 30_000, () => {}),
      {
        plane,
        connections,
        engine,
        socket,
        classes: nodeClasses(engine),
        pictureTool: loadPictureTool,
        log: bench.log,
        baseUrl: backend.url,
        workFolder: join(bench.folder, 'gone'),
        engineFolder: null,
        onEngineDoubt: () => doubts++,
      },
    )
    expect(report).toEqual({ verdict: 'accepted', problem: null })
    expect(await backend.ended(job)).toEqual({ kind: 'release', reason: 'undelivered' })
    expect(doubts).toBe(1)
  })
})

describe('being stopped', () => {
  it('stops a canceled run on the engine and gives the job back', async () => {
    await bench.engine.faults({ slowNodeMs: 30_000 })
    const job = bench.backend.submit({ graph: plainPicture(64, 48, 7) })
    await expect.poll(() => bench.engine.isIdle(), { timeout: 10_000 }).toBe(false)
    bench.backend.canceled.set(job, 'canceled')
    expect(await bench.backend.ended(job)).toMatchObject({ kind: 'release' })
    await expect.poll(() => bench.engine.isIdle(), { timeout: 10_000 }).toBe(true)
  })

  it('says nothing and brings nothing once the lease is lost', async () => {
    await bench.engine.faults({ slowNodeMs: 30_000 })
    const job = bench.backend.submit({ graph: plainPicture(64, 48, 8) })
    await expect.poll(() => bench.engine.isIdle(), { timeout: 10_000 }).toBe(false)
    bench.backend.lost.add(job)
    await expect.poll(() => bench.engine.isIdle(), { timeout: 10_000 }).toBe(true)
    await bench.engine.faults({ slowNodeMs: 0 })
    expect(outputsOf(await run({ graph: plainPicture(64, 48, 9) }))).toHaveLength(1)
    expect(bench.backend.hasEnded(job)).toBe(false)
    expect([...bench.backend.files.keys()].filter(key => key.includes(job))).toEqual([])
  })
})
