import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { brandId, type LaunchId } from '@bp/contracts/ids'
import type { LocalFleetConfig } from '../../config/config.ts'
import type { FleetCloud } from '../fleet-cloud.ts'
import { openLocalCloud } from './local-cloud.ts'

const log = { debug: none, info: none, warn: none, error: none }
function none(): void {}
const { signal } = new AbortController()

/** Repeats what it was told, then waits to be ended. */
const program = `
let text = ''
process.stdin.on('data', part => (text += part))
process.stdin.on('end', () => console.log(text, JSON.stringify(process.env)))
setTimeout(() => {}, 60_000)
`

async function openFolder(source: string) {
  const folder = await mkdtemp(join(tmpdir(), 'bp-cloud-'))
  const workerEntry = join(folder, 'worker.mjs')
  await writeFile(workerEntry, source)
  const fleet: LocalFleetConfig = {
    workerEntry,
    workersMax: 2,
    idleMs: 0,
    engineUrl: 'http://127.0.0.1:1',
    engineFolder: undefined,
    env: { LANG: 'C' },
  }
  const open = ({ engineUrl = fleet.engineUrl, endMs = 10_000 } = {}): Promise<FleetCloud> =>
    openLocalCloud({
      endMs,
      dataFolder: folder,
      fleet: { ...fleet, engineUrl },
      backendUrl: 'http://127.0.0.1:2',
      secretOf: launch => `secret-of-${launch}`,
      onExit: none,
      log,
    })
  return { folder, open }
}
const callFor = (launch: bigint) => ({
  token: `t-${launch}`,
  group: 'production-local',
  stage: 'production' as const,
  fleet: 'local',
  market: 'local' as const,
  az: 'local',
  launches: [brandId<LaunchId>(launch)],
})
const pidOf = (id: string): number => Number(id.split('-')[1])

it('tells a child where to go on stdin, keeps secrets out of its environment, and its words in a log', async () => {
  const { folder, open } = await openFolder(program)
  const cloud = await open()
  const outcome = await cloud.launch(callFor(7n), signal)
  const id = outcome.kind === 'done' ? (outcome.machines[0]?.id ?? '') : ''
  await expect.poll(async () => (await cloud.consoleTail(id)) ?? '').toContain('secret-of-7')
  const said = (await cloud.consoleTail(id)) ?? ''
  expect(said).toContain(`"instance":"${id}"`)
  expect(said).toContain('"launch":"launch_0000000000007"')
  expect(said).toContain('{"LANG":"C","MALLOC_ARENA_MAX":"2"')
  expect(said).not.toContain('BP_')
  expect(await readdir(join(folder, 'logs'))).toEqual(['worker-launch_0000000000007.log'])
  await cloud[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

it('finds after a restart what an earlier backend has left, and no stranger with the same pid', async () => {
  const { folder, open } = await openFolder(program)
  const before = await open()
  const outcome = await before.launch(callFor(1n), signal)
  const id = outcome.kind === 'done' ? (outcome.machines[0]?.id ?? '') : ''
  // `before` is dropped without a word, as a kill −9 does.
  const after = await open()
  const seen = async () => (await after.describe(['production-local'], signal)).groups[0]?.machines
  expect(await seen()).toMatchObject([{ id, launch: 1n }])

  const stateFile = join(folder, 'workers', `${id}.json`)
  const state = await readFile(stateFile, 'utf8')
  await writeFile(stateFile, JSON.stringify({ ...JSON.parse(state), start: 'another time' }))
  expect(await seen()).toEqual([])
  process.kill(pidOf(id), 0)

  await writeFile(stateFile, state)
  await after[Symbol.asyncDispose]()
  await gone(pidOf(id))
  await rm(folder, { recursive: true, force: true })
})

it('ends at once what an earlier backend has left with addresses that are gone', async () => {
  const { folder, open } = await openFolder(program)
  const before = await open()
  const outcome = await before.launch(callFor(4n), signal)
  const id = outcome.kind === 'done' ? (outcome.machines[0]?.id ?? '') : ''
  const after = await open({ engineUrl: 'http://127.0.0.1:3' })
  await expect
    .poll(async () => (await after.describe(['production-local'], signal)).groups[0]?.machines)
    .toEqual([])
  await gone(pidOf(id))
  await after[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

it(
  'kills a child that does not listen, with what it has started',
  { timeout: 30_000 },
  async () => {
    const { folder, open } = await openFolder(`
import { spawn } from 'node:child_process'
process.on('SIGTERM', () => {})
const inner = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000)"], { stdio: 'ignore' })
console.log('inner', inner.pid, '.')
setTimeout(() => {}, 60_000)`)
    const cloud = await open({ endMs: 400 })
    const outcome = await cloud.launch(callFor(2n), signal)
    const id = outcome.kind === 'done' ? (outcome.machines[0]?.id ?? '') : ''
    await expect.poll(async () => (await cloud.consoleTail(id)) ?? '').toMatch(/inner \d+ \./)
    const inner = Number(/inner (\d+)/.exec((await cloud.consoleTail(id)) ?? '')?.[1])
    await cloud[Symbol.asyncDispose]()
    for (const pid of [pidOf(id), inner]) await gone(pid)
    await rm(folder, { recursive: true, force: true })
  },
)

/** Killed is not gone: its remains stay until whoever started it has been told. */
const gone = (pid: number) => expect.poll(() => isThere(pid), { timeout: 15_000 }).toBe(false)

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('describes no program that has ended by itself', async () => {
  const { folder, open } = await openFolder('process.exit(3)')
  const cloud = await open()
  expect(await cloud.launch(callFor(3n), signal)).toMatchObject({ kind: 'done' })
  await expect
    .poll(async () => (await cloud.describe(['production-local'], signal)).groups[0]?.machines)
    .toEqual([])
  await cloud[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
