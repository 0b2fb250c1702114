/** What every cloud must do for the scaler, run against each of them. Machines are real ones of that cloud, so there are few cases. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brandId, type LaunchId } from '@bp/contracts/ids'
import type { FleetCloud, LaunchCall, Machine } from './fleet-cloud.ts'
import { openLocalCloud } from './local/local-cloud.ts'

interface CloudUnderTest extends AsyncDisposable {
  readonly cloud: FleetCloud
  /** Kills a machine behind the cloud's back. */
  kill(id: string): void
}

function fleetCloudContract(name: string, open: () => Promise<CloudUnderTest>): void {
  describe(`fleet cloud: ${name}`, () => {
    let under: CloudUnderTest
    let next = 1n
    beforeAll(async () => {
      under = await open()
    })
    afterAll(() => under[Symbol.asyncDispose]())
    const { signal } = new AbortController()
    const callFor = (count: number, group = 'production-local'): LaunchCall => ({
      token: `bp-local-${randomUUID()}`,
      group,
      stage: 'production',
      fleet: 'local',
      market: 'local',
      az: 'local',
      launches: Array.from({ length: count }, () => brandId<LaunchId>(next++)),
    })
    const machines = async (group = 'production-local'): Promise<readonly Machine[]> =>
      (await under.cloud.describe([group], signal)).groups[0]?.machines ?? []
    const launch = async (call: LaunchCall) => {
      const outcome = await under.cloud.launch(call, signal)
      if (outcome.kind !== 'done') throw new Error(`launch: ${outcome.kind}`)
      return outcome.machines
    }

    it('launches what was asked for, one machine a row, and describes them', async () => {
      const call = callFor(2)
      const made = await launch(call)
      expect(made.map(machine => machine.launch)).toEqual(call.launches)
      const seen = await machines()
      expect(seen.map(machine => machine.id).toSorted()).toEqual(
        made.map(machine => machine.id).toSorted(),
      )
      await under.cloud.end(
        call.group,
        made.map(machine => machine.id),
        signal,
      )
      await expect.poll(() => machines()).toEqual([])
    })

    it('launches nothing new for a token that was used', async () => {
      const call = callFor(1)
      const [first] = await launch(call)
      const [again] = await launch(call)
      expect(again?.id).toBe(first?.id)
      expect(await machines()).toHaveLength(1)
      await under.cloud.end(call.group, [first?.id ?? ''], signal)
      await expect.poll(() => machines()).toEqual([])
    })

    it('ends machines of the named group only; one that is gone is a success', async () => {
      const call = callFor(1, 'production-other')
      const [made] = await launch(call)
      const id = made?.id ?? ''
      expect(await under.cloud.end('production-local', [id], signal)).toMatchObject([
        { result: 'gone' },
      ])
      expect(await machines('production-other')).toHaveLength(1)
      expect(await under.cloud.end('production-other', [id], signal)).toMatchObject([
        { result: 'ending' },
      ])
      await expect.poll(() => machines('production-other')).toEqual([])
      expect(await under.cloud.end('production-other', [id], signal)).toMatchObject([
        { result: 'gone' },
      ])
    })

    it('describes no machine that has died', async () => {
      const [made] = await launch(callFor(1))
      under.kill(made?.id ?? '')
      await expect.poll(() => machines()).toEqual([])
    })
  })
}

fleetCloudContract('local', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'bp-cloud-'))
  const workerEntry = join(dataFolder, 'worker.mjs')
  await writeFile(workerEntry, 'setTimeout(() => {}, 60_000)')
  const nothing = (): void => undefined
  const cloud = await openLocalCloud({
    dataFolder,
    fleet: {
      workerEntry,
      workersMax: 2,
      idleMs: 0,
      engineUrl: 'http://127.0.0.1:1',
      engineFolder: undefined,
      env: {},
    },
    backendUrl: 'http://127.0.0.1:2',
    secretOf: () => 'secret',
    onExit: nothing,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  })
  return {
    cloud,
    kill: id => process.kill(Number(id.split('-')[1]), 'SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
})
