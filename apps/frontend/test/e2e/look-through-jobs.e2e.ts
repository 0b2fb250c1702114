import { afterAll, beforeAll, expect, it } from 'vitest'
/** Somebody looks through their runs: filters, comes back, cancels and retries from the list. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import {
  loaded,
  startMore,
  runSample,
  setEngineFaults,
  signIn,
  visit,
  type Visitor,
} from './browser.ts'

let system: RunningSystem
let visitor: Visitor

beforeAll(async () => {
  system = await startSystem({ env: { BP_ENGINE_FAULTS: '1' } })
  visitor = await visit({ origins: [system.url, system.filesUrl], height: 320 })
  await signIn(visitor, system)
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

const filter = (name: string) =>
  visitor.page.getByRole('radiogroup', { name: 'Status' }).getByRole('radio', { name })
const rows = () => visitor.page.getByRole('row').filter({ has: visitor.page.getByRole('cell') })

it('before the first run, lists say what will stand there and lead to an effect', async () => {
  const { page } = visitor
  await page.getByRole('link', { name: 'Results', exact: true }).click()
  await page.getByRole('heading', { name: 'Your results appear here' }).waitFor()
  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  await page.getByRole('heading', { name: 'Your runs appear here' }).waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Choose an effect' }).click()
  await page.getByRole('heading', { level: 1, name: 'What do you want to make?' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/effects')
  await page.goto(`${system.url}/effects/tiny-world?from=sample`)
  const id = (await runSample(page)).split('/').at(-1) ?? ''
  await startMore(page, id, 5)
})

it('a filter stands in the address and survives a reload', async () => {
  const { page } = visitor
  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(6)
  await filter('Done').check({ force: true })
  await page.waitForURL(/\/jobs\?status=succeeded$/)
  await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(6)
  await page.reload()
  await loaded(page)
  await rows().first().waitFor()
  expect(await filter('Done').isChecked()).toBe(true)
  for (const chip of await rows().all())
    expect(await chip.getByRole('cell').nth(1).textContent()).toBe('Done')
})

it('a filter that nothing fits says so, and leads back to all', async () => {
  const { page } = visitor
  await filter('Failed').check({ force: true })
  await page.getByRole('heading', { name: 'No runs with this status' }).waitFor()
  expect(new URL(page.url()).search).toBe('?status=failed')
  // The filters stay in sight: nobody is stuck.
  expect(await filter('Failed').isChecked()).toBe(true)
  await page.getByRole('link', { name: 'Show all' }).click()
  await rows().first().waitFor()
  expect(await filter('All').isChecked()).toBe(true)
  // What is no status is dropped.
  await page.goto(`${system.url}/jobs?status=nonsense&x=1`)
  await rows().first().waitFor()
  expect(await filter('All').isChecked()).toBe(true)
})

it('Back leads to the same place of the list', async () => {
  const { page } = visitor
  await filter('Done').check({ force: true })
  await page.waitForURL(/status=succeeded/)
  await loaded(page)
  const last = rows().last().getByRole('link')
  await last.scrollIntoViewIfNeeded()
  const top = await page.evaluate<number>('scrollY')
  expect(top).toBeGreaterThan(100)
  const href = await last.getAttribute('href')
  await last.click()
  await page.waitForURL(url => url.pathname === href)
  await page.getByRole('heading', { level: 1, name: /Tiny world/ }).waitFor()
  expect(await page.evaluate<number>('scrollY')).toBe(0)
  await page.goBack()
  await page.waitForURL(/\/jobs\?status=succeeded$/)
  await rows().first().waitFor()
  await expect
    .poll(() => page.evaluate<number>('Math.round(scrollY)'), { timeout: 20_000 })
    .toBe(Math.round(top))
})

it('Retry and Cancel work from the list, each telling what became of it', async () => {
  const { page } = visitor
  await setEngineFaults(system, { slowNodeMs: 2_000 })
  await filter('All').check({ force: true })
  await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(6)
  const href = await rows().last().getByRole('link').getAttribute('href')
  // A new run stands in the list by itself, before those that were there.
  await startMore(page, href?.split('/').at(-1) ?? '', 1)
  await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(7)
  await rows().first().getByRole('progressbar').waitFor()
  await filter('Active').check({ force: true })
  await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(1)
  await rows().first().getByRole('button', { name: 'Cancel' }).click()
  // It leaves the filter by itself, and is found under its new state.
  await page.getByRole('heading', { name: 'No runs with this status' }).waitFor()
  await filter('Canceled').click({ force: true })
  await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(1)
  expect(await rows().first().getByRole('cell').nth(1).textContent()).toBe('Canceled')
  await setEngineFaults(system, { slowNodeMs: 0 })
  await rows().first().getByRole('button', { name: 'Retry' }).click()
  await page.getByText('A new run has been started.').waitFor()
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByRole('button', { name: 'Download' }).waitFor()
})

it('nothing went wrong on the way', () => {
  expect(visitor.faults).toEqual([])
})
