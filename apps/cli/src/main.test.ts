import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { paths } from '@bp/contracts/paths'
import * as given from '../test/fixtures.ts'
import { openBench, type Bench, type Printed } from '../test/run-bp.ts'
import { ok, refuse, type Replies } from '../test/stub-bp.ts'
import { nouns, verbs, wordsOf } from './commands.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
beforeEach(() => bench.running(true))

const envelope = (printed: Printed) => {
  const value: unknown = JSON.parse(printed.out.trim().split('\n').at(-1) ?? '')
  expect(Object.keys(Object(value))).toEqual(['schema', 'ok', 'data', 'error'])
  return value
}
const outputUrl = () => `${bench.stub.url}/files/picture.png`
const ready = (status: 'ok' | 'warn' | 'fail') =>
  ok({
    status,
    parts: [{ name: 'database', status, text: 'SQLite' }],
    as_of: '2026-05-01T10:00:00.000Z',
  })
const site = ok({
  name: 'bp',
  version: '0.1.0',
  commit: 'abc',
  sign_in: 'link',
  files_origin: 'http://127.0.0.1:1',
  limits: { upload_bytes_max: 1, image_pixels_max: 1, image_types: [] },
  as_of: '2026-05-01T10:00:00.000Z',
})
const list = (jobs: readonly unknown[]) => ok({ data: jobs, has_more: false, next_cursor: null })

/** Everything works, and a job succeeds at once. */
const allWell = (): Replies => ({
  'system.up': () => ok({ status: 'ok' }),
  'system.ready': () => ready('ok'),
  'system.version': () =>
    ok({ version: '0.1.0', commit: 'abc', schema: 1, worker_protocol: [1, 1] }),
  'site.show': () => site,
  'links.create': () =>
    ok({ url: 'http://127.0.0.1:7180/#t=once', expires_at: '2026-05-01T10:10:00.000Z' }, 201),
  'effects.list': () => list([given.effectSummary]),
  'effects.show': ({ params }) =>
    params['slug'] === 'soft-glow' ? ok(given.effect) : refuse('not_found', { noun: 'effect' }),
  'assets.upload': () =>
    ok({ asset: null, upload: given.uploadPlan(`${bench.stub.url}/put/1`) }, 201),
  'assets.uploadComplete': () => ok(given.asset(outputUrl())),
  'jobs.submit': () => ok(given.job(), 201),
  'jobs.retry': () => ok(given.job(), 201),
  'jobs.cancel': () => ok(given.job({ status: 'canceled' })),
  'jobs.list': () => list([given.job(), given.failed]),
  'jobs.show': () => ok(given.succeeded(outputUrl())),
  'jobs.events': () => ({
    events: [
      ['snapshot', given.job()],
      [
        'progress',
        {
          job_id: given.jobId,
          seq: 4,
          phase: 'executing',
          progress: {
            value: 0.5,
            nodes_done: 1,
            nodes_total: 2,
            current_node: '3',
            current_node_class: 'ImageBlur',
            step: null,
            steps: null,
            message: null,
          },
        },
      ],
      ['job', given.succeeded(outputUrl())],
    ],
  }),
})
const withReplies = (more: Replies) => bench.stub.answer({ ...allWell(), ...more })
beforeEach(() => {
  bench.stub.answer(allWell())
  bench.stub.serve('/files/picture.png', given.png)
  bench.stub.serve('/effects/soft-glow/sample.png', given.png)
  bench.stub.serve('/system_stats', new Uint8Array([123, 125]))
})

describe('help', () => {
  it.each([[], ['--help'], ...Object.keys(nouns).map(noun => [noun, '--help'])])(
    'of bp %s %s',
    async (...line) => {
      const { code, out } = await bench.run(line)
      expect(code).toBe(0)
      expect(out).toMatchSnapshot()
    },
  )
  it.each(verbs)('of $noun $verb', async verb => {
    const { code, out } = await bench.run([...wordsOf(verb).split(' ').slice(1), '--help'])
    expect(code).toBe(0)
    expect(out).toMatchSnapshot()
  })
  it('calls only routes that exist, names only nouns that are explained, shows only its own examples', () => {
    for (const verb of verbs) {
      for (const id of verb.calls) expect(paths).toHaveProperty([id])
      expect([null, ...Object.keys(nouns)]).toContain(verb.noun)
      for (const example of verb.examples) expect(example).toContain(wordsOf(verb))
    }
  })
})

describe('exit codes', () => {
  const photo = ['run', 'soft-glow', '--sample']
  it.each<[number, string, readonly string[], () => Replies]>([
    [0, 'all well', ['effect', 'ls'], () => ({})],
    [1, 'a failing part', ['status'], () => ({ 'system.ready': () => ready('fail') })],
    [1, 'our fault', ['effect', 'ls'], () => ({ 'effects.list': () => refuse('internal', {}) })],
    [2, 'an unknown verb', ['job', 'shw'], () => ({})],
    [2, 'an unknown option', ['job', 'ls', '--sttus', 'x'], () => ({})],
    [2, 'a noun alone', ['job'], () => ({})],
    [2, 'an option of the wrong kind', ['job', 'ls', '--limit', 'many'], () => ({})],
    [2, 'an unknown status', ['job', 'ls', '--status', 'faild'], () => ({})],
    [2, 'an unknown input', ['run', 'soft-glow', '-i', 'radus=3'], () => ({})],
    [2, 'an input that is none', ['run', 'soft-glow', '-i', 'radius'], () => ({})],
    [
      2,
      'a seed that is not taken',
      [...photo, '--seed', '1'],
      () => ({
        'effects.show': () =>
          ok({
            ...given.effect,
            input_schema: { ...given.effect.input_schema, properties: {}, required: [] },
          }),
      }),
    ],
    [2, 'a path outside the API', ['api', 'GET', '/jobs'], () => ({})],
    [3, 'an effect that is not there', ['effect', 'show', 'soft-gow'], () => ({})],
    [
      3,
      'a job that is not there',
      ['job', 'show', given.jobId],
      () => ({ 'jobs.show': () => refuse('not_found', { noun: 'job' }) }),
    ],
    [3, 'a file that is not there', ['run', 'soft-glow', '-i', 'image=@nothing.jpg'], () => ({})],
    [4, 'no right', ['job', 'ls'], () => ({ 'jobs.list': () => refuse('unauthorized', {}) })],
    [5, 'an input that does not fit', [...photo, '-i', 'radius=99'], () => ({})],
    [
      5,
      'a refusal of the server',
      photo,
      () => ({ 'jobs.submit': () => refuse('queue_full', { allowed: 5 }) }),
    ],
    [
      5,
      'nothing to download',
      ['job', 'download', given.jobId],
      () => ({ 'jobs.show': () => ok(given.failed) }),
    ],
    [
      6,
      'a failed job',
      photo,
      () => ({ 'jobs.events': () => ({ events: [['snapshot', given.failed]] }) }),
    ],
    [
      6,
      'a canceled job',
      ['job', 'watch', given.jobId],
      () => ({
        'jobs.events': () => ({ events: [['snapshot', given.job({ status: 'canceled' })]] }),
      }),
    ],
    [
      7,
      'a job that takes longer',
      [...photo, '--timeout', '0.05'],
      () => ({ 'jobs.events': () => ({ events: [['snapshot', given.job()]], hold: true }) }),
    ],
    [
      8,
      'a doctor that found something',
      ['doctor'],
      () => ({ 'system.ready': () => ready('fail') }),
    ],
  ])('%i: %s', async (code, _name, line, replies) => {
    withReplies(replies())
    const printed = await bench.run(line)
    expect({ code: printed.code, err: printed.err }).toMatchObject({ code })
    const json = await bench.run([...line, '--json'])
    expect(json.code).toBe(code)
    expect(envelope(json)).toMatchObject({ schema: 'bp/1', ok: code === 0 })
  })

  it('1: nothing runs, and says how to start it', async () => {
    await bench.running(false)
    for (const line of [['status'], ['effect', 'ls'], ['open'], ['job', 'ls']]) {
      const { code, out, err } = await bench.run(line)
      expect(code).toBe(1)
      expect(out).toBe('')
      expect(err).toContain('error: bp is not running.')
      expect(err).toContain('next:  npx bp up')
    }
  })

  it('130: the first Ctrl-C leaves the job running and says how to resume', async () => {
    withReplies({ 'jobs.events': () => ({ events: [['snapshot', given.job()]], hold: true }) })
    const pressed = new AbortController()
    const { code, err } = await bench.run(['job', 'watch', given.jobId], {
      signal: pressed.signal,
      onPrint: all => {
        if (all.includes('queued')) pressed.abort()
      },
    })
    expect(code).toBe(130)
    expect(err).toContain(`next:  npx bp job watch ${given.jobId}`)
    expect(bench.stub.asked.map(({ id }) => id)).not.toContain('jobs.cancel')
  })
})

describe('--json', () => {
  it.each<[readonly string[], readonly string[]]>([
    [
      ['status'],
      [
        'status',
        'url',
        'files_url',
        'engine_url',
        'data',
        'pid',
        'version',
        'commit',
        'jobs',
        'parts',
      ],
    ],
    [['open'], ['url', 'expires_at']],
    [['up'], ['started', 'pid', 'url', 'link', 'link_expires_at']],
    [['doctor'], ['findings']],
    [['version'], ['cli', 'server']],
    [['effect', 'ls'], ['effects']],
    [['effect', 'show', 'soft-glow'], ['effect']],
    [
      ['run', 'soft-glow', '--sample', '--no-wait'],
      ['job', 'files'],
    ],
    [
      ['run', 'soft-glow', '--sample'],
      ['job', 'files'],
    ],
    [
      ['job', 'ls'],
      ['jobs', 'next_cursor'],
    ],
    [['job', 'show', given.jobId], ['job']],
    [
      ['job', 'watch', given.jobId],
      ['job', 'files'],
    ],
    [['job', 'cancel', given.jobId], ['job']],
    [
      ['job', 'retry', given.jobId],
      ['job', 'files'],
    ],
    [
      ['job', 'download', given.jobId, '-o', 'json-out'],
      ['job', 'files'],
    ],
    [
      ['api', 'GET', '/api/v1/jobs'],
      ['data', 'has_more', 'next_cursor'],
    ],
  ])('%s gives one object', async (line, keys) => {
    const printed = await bench.run([...line, '--json'])
    expect(printed.code, printed.out).toBe(0)
    expect(envelope(printed)).toMatchObject({ ok: true, error: null })
    expect(
      Object.keys(Object(JSON.parse(printed.out.trim().split('\n').at(-1) ?? '').data)),
    ).toEqual(keys)
  })

  it('streams events one a line, the envelope last', async () => {
    const { out } = await bench.run(['job', 'watch', given.jobId, '--json'])
    const lines = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(line => line['event'] ?? line['schema'])).toEqual([
      'job',
      'progress',
      'job',
      'bp/1',
    ])
  })

  it('carries the code, the faults and the next step of a refusal', async () => {
    const printed = await bench.run(['run', 'soft-glow', '--sample', '-i', 'radius=99', '--json'])
    expect(envelope(printed)).toMatchObject({
      error: {
        code: 'input_invalid',
        next: 'npx bp effect show soft-glow',
        faults: [{ pointer: '/radius', code: 'maximum' }],
      },
    })
  })
})

describe('errors in words', () => {
  it('name what was meant, the request and the next step', async () => {
    const { err } = await bench.run(['effect', 'show', 'soft-gow'])
    expect(err).toBe(
      'error: There is no effect "soft-gow". Did you mean soft-glow?\n  next:  npx bp effect show soft-glow\n  request: req_test\n',
    )
    expect((await bench.run(['jbo', 'ls'])).err).toContain('Did you mean job?')
    expect((await bench.run(['run', 'soft-glow', '-i', 'radus=3'])).err).toContain(
      'Did you mean radius?',
    )
  })
})

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('for %s knows every verb', async shell => {
    const { code, out } = await bench.run(['completion', shell])
    expect(code).toBe(0)
    for (const { noun, verb } of verbs) {
      expect(out).toContain(verb)
      expect(out).toContain(noun ?? 'bp')
    }
  })
  it('refuses another shell', async () => {
    expect((await bench.run(['completion', 'tcsh'])).code).toBe(2)
  })
})

describe('run', () => {
  it('uploads a file, sends typed values, saves the result, and overwrites nothing', async () => {
    await writeFile(join(bench.folder, 'photo.jpg'), given.png)
    const line = [
      'run',
      'soft-glow',
      '-i',
      'image=@photo.jpg',
      '-i',
      'radius=9',
      '-i',
      'mode=hard',
      '-i',
      'invert=yes',
      '--seed',
      '18446744073709551615',
      '--tag',
      'a',
      '--key',
      'k1',
      '-o',
      'out',
    ]
    const first = await bench.run(line)
    expect(first.err).toBe(
      'uploading photo.jpg\nqueued\nexecuting 50 % ImageBlur\nsaving picture.png\n',
    )
    expect(first.out).toBe(`${join(bench.folder, 'out', 'picture.png')}\n`)
    const [upload, , submit] = bench.stub.asked.filter(({ id }) => /assets|submit/.test(id))
    expect(upload?.body).toMatchObject({
      sha256: given.sha256(given.png),
      size_bytes: given.png.byteLength,
      content_type: 'image/png',
      name: 'photo.jpg',
    })
    expect(bench.stub.brought.get('/put/1')).toEqual(Buffer.from(given.png))
    expect(submit?.body).toEqual({
      effect: 'soft-glow',
      input: {
        image: given.assetId,
        radius: 9,
        mode: 'hard',
        invert: true,
        seed: '18446744073709551615',
      },
      tags: ['a'],
    })
    expect(submit?.headers['idempotency-key']).toBe('k1')

    await bench.run(line)
    const saved = (await readdir(join(bench.folder, 'out'))).toSorted()
    expect(saved).toEqual(['picture-2.png', 'picture.png'])
    expect(new Uint8Array(await readFile(join(bench.folder, 'out', 'picture.png')))).toEqual(
      given.png,
    )
    await rm(join(bench.folder, 'out'), { recursive: true })
  })

  it('takes the sample for what is not given, and prints addresses without a folder', async () => {
    const { code, out } = await bench.run(['run', 'soft-glow', '--sample', '-i', 'radius=2'])
    expect(code).toBe(0)
    expect(out).toBe(`${outputUrl()}\n`)
    const submit = bench.stub.asked.find(({ id }) => id === 'jobs.submit')
    expect(submit?.body).toMatchObject({ input: { image: given.assetId, radius: 2 } })
  })

  it('leaves nothing behind when a result arrives damaged', async () => {
    bench.stub.serve('/files/picture.png', new Uint8Array([1, 2, 3]))
    const { code, err } = await bench.run(['job', 'download', given.jobId, '-o', 'damaged'])
    expect(code).toBe(1)
    expect(err).toContain('picture.png arrived damaged')
    expect(await readdir(join(bench.folder, 'damaged'))).toEqual([])
  })

  it('goes on asking when the stream ends early or breaks', async () => {
    withReplies({
      'jobs.events': (_asked, n) =>
        n === 0
          ? { events: [['snapshot', given.job()]] }
          : refuse('too_many_streams', { allowed: 16 }),
      'jobs.show': (_asked, n) =>
        ok(n < 1 ? given.job({ seq: 4, status: 'running' }) : given.succeeded(outputUrl())),
    })
    expect((await bench.run(['run', 'soft-glow', '--sample'])).code).toBe(0)
  })
})

describe('hosts', () => {
  it('a pipe gets tab-separated lines without a heading, a terminal an aligned table', async () => {
    const pipe = await bench.run(['effect', 'ls'])
    expect(pipe.out).toBe('soft-glow\tSoft glow\timage\tA gentle light.\n')
    const terminal = await bench.run(['effect', 'ls'], { terminal: true, env: { NO_COLOR: '1' } })
    expect(terminal.out).toBe(
      'EFFECT     NAME       MAKES  ABOUT\nsoft-glow  Soft glow  image  A gentle light.\n',
    )
  })

  it('colours only where they are wanted', async () => {
    const escape = '\u001b['
    const coloured = await bench.run(['job', 'ls'], { terminal: true })
    const plain = await bench.run(['job', 'ls'], { terminal: true, env: { NO_COLOR: '1' } })
    const forced = await bench.run(['nonsense'], { env: { FORCE_COLOR: '1' } })
    expect([coloured.out, plain.out, forced.err].map(text => text.includes(escape))).toEqual([
      true,
      false,
      true,
    ])
  })

  it('lets no control character of a name through', async () => {
    withReplies({
      'effects.list': () => list([{ ...given.effectSummary, name: 'a\u001b[31mb\nc\u202ed' }]),
    })
    const { out } = await bench.run(['effect', 'ls'], { terminal: true, env: { NO_COLOR: '1' } })
    expect(out).toContain('a [31mb c d')
    expect(out.split('\n')).toHaveLength(3)
  })

  it('sends the secret of the instance to it alone, and prints it never', async () => {
    await bench.run(['open'])
    expect(
      bench.stub.asked.find(({ id }) => id === 'links.create')?.headers.authorization,
    ).toContain('Bearer ')
    await bench.run(['job', 'ls'])
    expect(bench.stub.asked.at(-1)?.headers.authorization).toBeUndefined()
  })
})
