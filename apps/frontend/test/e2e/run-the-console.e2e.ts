import { afterAll, beforeAll, expect, it } from 'vitest'
/** An admin looks at the console while runs wait and run, and takes a worker out. Nothing is reloaded on the way. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { startMore, runSample, setEngineFaults, signIn, visit, type Visitor } from './browser.ts'

let system: RunningSystem
let visitor: Visitor
let first: string

beforeAll(async () => {
  system = await startSystem({ env: { BP_ENGINE_FAULTS: '1' } })
  visitor = await visit({ origins: [system.url, system.filesUrl], forAxe: true })
  await signIn(visitor, system)
  first = (await runSample(visitor.page)).split('/').at(-1) ?? ''
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

const part = (name: string) => visitor.page.getByRole('region', { name, exact: true })

it('says that nothing waits and nothing runs', async () => {
  const { page } = visitor
  await page.getByRole('link', { name: 'Console' }).click()
  await page.getByRole('heading', { level: 1, name: 'Console' }).waitFor()
  await part('Waiting').getByText('Nothing waits.').waitFor()
  await part('Running').getByText('Nothing runs.').waitFor()
  expect(await part('Running').getByRole('table').count()).toBe(0)
})

it('a waiting run appears by itself, with its reason and its place', async () => {
  const { page } = visitor
  await setEngineFaults(system, { slowNodeMs: 600 })
  // More than one worker takes at a time.
  await startMore(page, first, 3)
  const row = part('Waiting')
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: /tiny-world/ }) })
    .first()
  await row.waitFor()
  const cells = await row.getByRole('cell').allTextContents()
  expect(cells[1], 'why').toMatch(/\w+ \w+/)
  expect(cells[2], 'place').toMatch(/^\d+$/)
  expect(cells[3], 'since').toMatch(/\ds|\d s/)
})

it('a running one shows its worker, and its progress moves', async () => {
  const { page } = visitor
  const row = part('Running')
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: /tiny-world/ }) })
    .first()
  const bar = row.getByRole('progressbar', { name: 'Progress' })
  await bar.waitFor()
  const worker = await row.getByRole('cell').nth(1).textContent()
  expect(worker).not.toBe('None')
  const values = new Set<string>()
  await expect
    .poll(
      async () => {
        const value = await bar.getAttribute('aria-valuenow', { timeout: 200 }).catch(() => null)
        if (value !== null) values.add(value)
        return values.size
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBeGreaterThan(1)
  await part('Workers').getByText('1 busy of 1').waitFor()
})

it('Drain tells the worker; its state changes by itself and the button says why it rests', async () => {
  const { page } = visitor
  // Runs of a few seconds: the worker is not done before somebody has looked.
  const row = part('Workers').getByRole('row').filter({ hasText: '1 busy of 1' }).first()
  await row.getByText('Ready').waitFor()
  await row.getByRole('button', { name: 'Drain' }).click()
  await page.getByText('The worker finishes what it runs, then ends.').waitFor()
  await part('Workers')
    .getByText(/^(Draining|Drained)$/)
    .first()
    .waitFor()
  const draining = part('Workers')
    .getByRole('row')
    .filter({ hasText: /Drain(ing|ed)/ })
    .first()
  const button = draining.getByRole('button', { name: 'Drain' })
  await expect.poll(() => button.getAttribute('aria-disabled'), { timeout: 20_000 }).toBe('true')
  const reason = 'It is already draining or has ended.'
  const about = await button.getAttribute('aria-describedby')
  expect(await page.locator(`[id="${about}"]`).textContent()).toBe(reason)
  // By keyboard, too: it keeps its place in the order and its tooltip.
  await button.focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  await page.getByRole('tooltip', { name: reason }).waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
})

it('the runs that waited are taken by another worker', async () => {
  await setEngineFaults(system, { slowNodeMs: 0 })
  await part('Waiting').getByText('Nothing waits.').waitFor({ timeout: 40_000 })
  await part('Running').getByText('Nothing runs.').waitFor({ timeout: 40_000 })
  const done = await visitor.page.evaluate<number>(
    `fetch('/api/v1/jobs?status=succeeded&limit=100').then(r => r.json()).then(page => page.data.length)`,
  )
  expect(done).toBe(4)
})

it('nothing went wrong on the way', () => {
  expect(visitor.faults).toEqual([])
})
