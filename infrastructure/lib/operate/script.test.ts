import { afterEach, describe, expect, it, vi } from 'vitest'
import { OperateFault } from './fault.ts'
import { fleetFlags, fleetOf } from './fleet-ref.ts'
import { numberOf } from './number-of.ts'
import { helpOf, readFlags, runScript, type Script } from './script.ts'
import { servicesOf } from './services-flag.ts'

const script: Script = {
  name: 'some-verb',
  summary: 'Does something.',
  options: {
    ...fleetFlags,
    mode: { fallback: 'apply', oneOf: ['apply', 'status'], about: 'how' },
    confirm: { about: 'the slug once more' },
  },
}
const good = ['--stage', 'staging', '--slug', 'portraits']

describe('flags', () => {
  it('have what was given, what stands in for it, and nothing for the empty text of a workflow', () => {
    const flags = readFlags(script, [...good, '--confirm', ''])
    expect(flags.text('mode')).toBe('apply')
    expect(flags.maybe('confirm')).toBeUndefined()
    expect(flags.isOn('json')).toBe(false)
    expect(fleetOf(flags)).toEqual({ stage: 'staging', slug: 'portraits' })
  })

  it.each([
    ['none at all', [], '--stage is needed'],
    ['an unknown one', [...good, '--other', 'x'], "Unknown option '--other'"],
    ['a foreign word', [...good, '--mode', 'undo'], '--mode must be one of apply, status'],
    ['one twice', [...good, '--stage', 'production'], '--stage stands twice'],
    ['a lost word', [...good, 'word'], 'Unexpected argument'],
  ])('refuse %s', (_, words, said) => {
    expect(() => readFlags(script, words)).toThrow(said)
  })

  it('tell all faults at once', () => {
    expect(() => readFlags(script, ['--mode', 'x'])).toThrow(/--stage.*--slug.*--mode/)
  })

  it.each([
    ['unknown_stage', 'live', 'portraits'],
    ['bad_slug', 'staging', 'Portraits'],
    ['bad_slug', 'staging', 'portraits-od'],
    ['bad_slug', 'staging', 'none'],
  ])('of a fleet: %s for %s/%s', (code, stage, slug) => {
    expect(() => fleetOf(readFlags(script, ['--stage', stage, '--slug', slug]))).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('of services are in the order of a release', () => {
    expect(servicesOf('all')).toEqual(['backend', 'frontend'])
    expect(servicesOf('frontend,backend')).toEqual(['backend', 'frontend'])
    expect(() => servicesOf('database')).toThrow('There is no service "database"')
  })

  it('of numbers are bounded', () => {
    expect(numberOf('minutes', '0.5', { min: 0, max: 60 })).toBe(0.5)
    for (const bad of ['61', '-1', 'x', '', '1e3'])
      expect(() => numberOf('minutes', bad, { min: 0, max: 60 })).toThrow('from 0 to 60')
  })
})

/** Runs it and gathers what it says. */
async function runs(words: readonly string[], run: Parameters<typeof runScript>[2]) {
  let [out, said] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation(piece => {
    out += piece.toString()
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(piece => {
    said += piece.toString()
    return true
  })
  const status = await runScript(script, words, run)
  return { status, out, said }
}

describe('a script', () => {
  afterEach(() => vi.restoreAllMocks())
  const done = async () => ({ line: 'Done.', data: { n: 1 } })

  it('tells its help and does nothing', async () => {
    const run = vi.fn<typeof done>(done)
    expect(await runs(['--help'], run)).toEqual({ status: 0, out: helpOf(script), said: '' })
    expect(run).not.toHaveBeenCalled()
    for (const flag of ['--stage', '--slug', '--mode apply|status', '--confirm', '--json'])
      expect(helpOf(script)).toContain(flag)
  })

  it('ends with 0 and one line, or one object', async () => {
    expect(await runs(good, done)).toMatchObject({ status: 0, out: 'Done.\n' })
    expect(await runs([...good, '--json'], done)).toMatchObject({ out: '{"ok":true,"n":1}\n' })
  })

  it('ends with 2 when it is called wrongly', async () => {
    const { status, said } = await runs([], done)
    expect(status).toBe(2)
    expect(said).toContain('node infrastructure/scripts/some-verb.ts --help')
  })

  it('ends with 1 when it fails, with code and remedy', async () => {
    const fails = async () => {
      throw new OperateFault('no_image', 'There is none.', 'Build one.')
    }
    const { status, out, said } = await runs([...good, '--json'], fails)
    expect({ status, out: JSON.parse(out) }).toEqual({
      status: 1,
      out: { ok: false, code: 'no_image', message: 'There is none.', remedy: 'Build one.' },
    })
    expect(said).toBe('some-verb: There is none. [no_image]\nBuild one.\n')
  })

  it('tells a fault of AWS by its name', async () => {
    const fails = async () => {
      throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' })
    }
    expect((await runs(good, fails)).said).toContain('not authorized [AccessDenied]')
  })
})
