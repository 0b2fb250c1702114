import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../create-engine.ts'
import { failures, refusals, runs, type Case } from './cases.ts'
import { drawInput, Driver, type Observed } from './drive.ts'

// What a real ComfyUI 0.3.64 did with the same graphs. Recorded by running this suite against one:
//   COMFYUI_URL=http://127.0.0.1:8188 BP_RECORD=1
const RECORDED = path.join(import.meta.dirname, 'recorded.json')
const realUrl = process.env['COMFYUI_URL']
const isRecording = process.env['BP_RECORD'] === '1'

interface Recorded {
  readonly first: Observed
  readonly second?: Observed
}
const recorded: Record<string, Recorded> = JSON.parse(
  await readFile(RECORDED, 'utf8').catch(() => '{}'),
)

interface Subject {
  readonly url: string
  readonly close: () => Promise<void>
}

const real = async (): Promise<Subject> => ({ url: realUrl ?? '', close: async () => {} })

const demo = async (): Promise<Subject> => {
  const baseDirectory = await mkdtemp(path.join(tmpdir(), 'bp-engine-'))
  const engine = await createEngine({ baseDirectory })
  const close = async (): Promise<void> => {
    await engine.close()
    await rm(baseDirectory, { recursive: true, force: true })
  }
  return { url: engine.url, close }
}

const subjects = [
  ...(realUrl === undefined
    ? []
    : [{ subject: 'a real engine', open: real, records: isRecording }]),
  { subject: 'the demo engine', open: demo, records: false },
]

/** The parts that must be equal; colours are compared by distance. */
function facts(observed: Observed | undefined, { unordered = false }: Case): unknown {
  if (observed === undefined) return undefined
  const { pictures, events, ...rest } = observed
  const seen = unordered
    ? events.filter(line => !line.startsWith('progress_state')).toSorted()
    : events
  return { ...rest, events: seen, pictures: pictures.map(({ colours: _colours, ...size }) => size) }
}

function colourDistance(one: Observed, other: Observed | undefined): number {
  const others = other?.pictures.flatMap(({ colours }) => colours) ?? []
  const colours = one.pictures.flatMap(picture => picture.colours)
  return Math.max(
    0,
    ...colours.map((value, index) => Math.abs(value - (others[index] ?? Infinity))),
  )
}

describe.each(subjects)('$subject does what a real one was recorded to do', ({ open, records }) => {
  let engine: Subject
  let driver: Driver

  beforeAll(async () => {
    engine = await open()
    driver = new Driver(engine.url, `run${randomBytes(6).toString('hex')}`)
    await driver.upload('plain.png', await drawInput(160, 120, false))
    await driver.upload('other.png', await drawInput(90, 140, false))
    await driver.upload('alpha.png', await drawInput(120, 100, true))
  })

  afterAll(async () => {
    await engine.close()
    if (records) await writeFile(RECORDED, `${JSON.stringify(recorded, undefined, 1)}\n`)
  })

  it.each([...runs, ...failures, ...refusals])('$name', async (one: Case) => {
    const first = await driver.run(one.graph)
    const second = one.twice === true ? await driver.run(one.graph) : undefined
    if (records) recorded[one.name] = second === undefined ? { first } : { first, second }
    const expected = recorded[one.name]
    expect(facts(first, one)).toEqual(facts(expected?.first, one))
    expect(colourDistance(first, expected?.first)).toBeLessThanOrEqual(one.tolerance ?? 1)
    expect(facts(second, one)).toEqual(facts(expected?.second, one))
  })
})
