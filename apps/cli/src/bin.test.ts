import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as given from '../test/fixtures.ts'
import { openBench, type Bench } from '../test/run-bp.ts'
import { ok } from '../test/stub-bp.ts'

const bin = join(import.meta.dirname, '../bin/bp.ts')
let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** Starts the real command; `onOut` is called for what it prints. */
function start(line: readonly string[], onOut: (text: string) => void = () => undefined) {
  const child = spawn(process.execPath, [bin, ...line], { cwd: bench.folder, env: { CI: '1' } })
  let out = ''
  let err = ''
  child.stdout.on('data', (piece: Buffer) => onOut((out += piece.toString())))
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
  const ended = new Promise<{ code: number | null; out: string; err: string }>(resolve =>
    child.once('close', code => resolve({ code, out, err })),
  )
  return { child, ended }
}

describe('the command as a process', () => {
  it('prints help, reads nothing from stdin, and ends with its exit code', async () => {
    expect(await start(['--help']).ended).toMatchObject({ code: 0, err: '' })
    expect((await start(['nonsense']).ended).code).toBe(2)
  })

  it('ends by itself after a call', async () => {
    bench.stub.answer({
      'effects.list': () => ok({ data: [given.effectSummary], has_more: false, next_cursor: null }),
    })
    expect(await start(['effect', 'ls']).ended).toMatchObject({ code: 0, err: '' })
  })

  it('leaves a watched job alone at the first Ctrl-C', async () => {
    bench.stub.answer({
      'jobs.events': () => ({ events: [['snapshot', given.job()]], hold: true }),
    })
    const { child, ended } = start(['job', 'watch', given.jobId], () => child.kill('SIGINT'))
    const { code, out, err } = await ended
    expect(code).toBe(130)
    expect(out).toBe(`${given.jobId}\tqueued\t\n`)
    expect(err).toContain('the job goes on')
  })

  it('takes a pipe that closes early for no fault', async () => {
    const jobs = Array.from({ length: 100 }, () => given.job({ tags: ['x'.repeat(40)] }))
    bench.stub.answer({ 'jobs.list': () => ok({ data: jobs, has_more: false, next_cursor: null }) })
    const { child, ended } = start(['job', 'ls', '--json'])
    child.stdout.destroy()
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  it.each([['--help'], ['secrets', 'sync', '--help'], ['effect', 'ls']])(
    'loads no AWS SDK for bp %s %s',
    async (...line) => {
      // Says at its end which files were loaded: half a megabyte of clients would double the time to the first word.
      const watch = `
        import { registerHooks } from 'node:module'
        let isLoaded = false
        registerHooks({
          resolve: (name, context, next) => {
            isLoaded ||= name.startsWith('@aws-sdk/')
            return next(name, context)
          },
        })
        process.on('exit', () => process.stderr.write(isLoaded ? 'loaded' : 'not loaded'))`
      const child = spawn(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, bin, ...line],
        { cwd: bench.folder, env: { CI: '1' }, stdio: ['ignore', 'ignore', 'pipe'] },
      )
      let err = ''
      child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
      await new Promise(resolve => child.once('close', resolve))
      expect(err).toMatch(/not loaded$/)
    },
  )
})
