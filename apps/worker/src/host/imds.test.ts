import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startImds, type ImdsStub } from '@bp/testkit/imds'
import { jsonLog } from '../log.ts'
import { openImds } from './imds.ts'
import { watchSpot } from './spot-watch.ts'

const { signal } = new AbortController()
const machine = {
  instanceId: 'i-0123456789abcdef0',
  instanceType: 'g6.xlarge',
  az: 'us-east-1b',
  lifeCycle: 'spot',
} as const

let stub: ImdsStub
beforeEach(async () => {
  stub = await startImds(machine)
})
afterEach(() => stub.close())

describe('the metadata service', () => {
  it('tells who this machine is', async () => {
    expect(await openImds(stub.url).facts(signal)).toEqual({
      instance: 'i-0123456789abcdef0',
      machine: { market: 'spot', az: 'us-east-1b', instance_type: 'g6.xlarge' },
    })
    await using other = await startImds({ ...machine, lifeCycle: 'on-demand' })
    expect((await openImds(other.url).facts(signal)).machine.market).toBe('on_demand')
  })

  it('gets a new token when the old one is not taken any more', async () => {
    const imds = openImds(stub.url)
    await imds.facts(signal)
    stub.forgetToken()
    expect(await imds.interruption(signal)).toBeUndefined()
  })

  it('is asked no longer than its caller wants', async () => {
    const imds = openImds('http://127.0.0.1:1')
    await expect(imds.facts(AbortSignal.timeout(100))).rejects.toThrow(/timeout|aborted/i)
    await expect(imds.interruption(signal)).rejects.toThrow('fetch failed')
  })
})

describe('the watch for Spot', () => {
  const watch = (imds: Parameters<typeof watchSpot>[0]['imds'], end: AbortSignal) => {
    const said: string[] = []
    const lines: string[] = []
    const ended = watchSpot(
      {
        imds,
        log: jsonLog(line => lines.push(line)),
        onNotice: () => said.push('notice'),
        onLast: () => said.push('last'),
        everyMs: 20,
      },
      end,
    )
    return { said, lines, ended }
  }

  it('tells of the notice at once, and again shortly before the end', async () => {
    const { said, lines, ended } = watch(openImds(stub.url), signal)
    stub.notice(20_500)
    await ended
    expect(said).toEqual(['notice', 'last'])
    expect(lines.join('')).toContain('"event":"machine.spot_notice"')
  })

  it('goes on when nobody answers for a while, and says so once', async () => {
    const ending = new AbortController()
    let asked = 0
    const { said, lines, ended } = watch(
      {
        interruption: async () => {
          if (++asked < 5) throw new Error('nobody answers')
          return Date.now()
        },
      },
      ending.signal,
    )
    await ended
    expect(said).toEqual(['notice', 'last'])
    expect(lines.filter(line => line.includes('machine.metadata_away'))).toHaveLength(1)
  })

  it('ends with the agent', async () => {
    const ending = new AbortController()
    const { said, ended } = watch(openImds(stub.url), ending.signal)
    ending.abort()
    await ended
    expect(said).toEqual([])
  })
})
