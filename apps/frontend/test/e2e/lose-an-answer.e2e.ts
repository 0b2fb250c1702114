import { afterAll, beforeAll, expect, it } from 'vitest'
/** The line breaks at the worst moments: no run starts twice, nothing that was filled in is lost. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { signIn, visit, type Visitor } from './browser.ts'

let system: RunningSystem
let visitor: Visitor

beforeAll(async () => {
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl] })
  await signIn(visitor, system)
  await visitor.page.getByText('Press Enter to make your first picture.').waitFor()
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

/** How many runs the backend has, asked by the page's own session. */
const countRuns = async (): Promise<number> =>
  visitor.page.evaluate<number>(
    `fetch('/api/v1/jobs?limit=100').then(r => r.json()).then(page => page.data.length)`,
  )

it('an answer that is lost after the run was accepted makes no second run', async () => {
  const { page } = visitor
  let lost = 0
  await page.route('**/api/v1/jobs', async route => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue()
    lost++
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Download' }).waitFor()
  expect(lost).toBe(1)
  expect(await countRuns()).toBe(1)
})

it('when every answer is lost, the form says so and keeps its key: pressing again makes one run', async () => {
  const { page } = visitor
  await page.unroute('**/api/v1/jobs')
  await page.route('**/api/v1/jobs', async route => {
    if (route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByText('bp does not answer.', { exact: false }).first().waitFor()
  await page.unroute('**/api/v1/jobs')
  const before = await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')
  // A reload keeps form and key.
  await page.reload()
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.locator(`a:has-text("Details of this run"):not([href="${before}"])`).waitFor()
  expect(await countRuns()).toBe(2)
})

it('a double press makes one run', async () => {
  const { page } = visitor
  await page.getByRole('button', { name: 'Download' }).waitFor()
  await page.getByRole('button', { name: 'Run again' }).dblclick()
  await page.getByRole('button', { name: 'Download' }).waitFor()
  expect(await countRuns()).toBeLessThanOrEqual(4)
  expect(await countRuns()).toBe(3)
})
