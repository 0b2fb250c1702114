import { afterAll, beforeAll, expect, it } from 'vitest'
/** Somebody presses Run while there is no connection, and while it goes away: said in words, one run each. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { runSample, signIn, visit, type Visitor } from './browser.ts'

let system: RunningSystem
let visitor: Visitor

beforeAll(async () => {
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl] })
  await signIn(visitor, system)
  await runSample(visitor.page)
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

const countRuns = (): Promise<number> =>
  visitor.page.evaluate<number>(
    `fetch('/api/v1/jobs?limit=100').then(r => r.json()).then(page => page.data.length)`,
  )
const run = () => visitor.page.getByRole('button', { name: 'Run again' })
const held = () =>
  visitor.page.getByRole('form', { name: 'Input' }).getByText('Runs when you are online again')
/** The bar below the header, not the words for screen readers, which stay until the next ones. */
const bar = () =>
  visitor.page
    .locator('[data-tone=trouble]')
    .getByText('You are offline. What you have typed stays here.')
/** The address of the run that is shown; another one than `before`, when that is given. */
async function shownRun(before?: string | null): Promise<string | null> {
  const link = visitor.page.getByRole('link', { name: 'Details of this run' })
  await expect.poll(() => link.getAttribute('href'), { timeout: 20_000 }).not.toBe(before ?? '')
  return link.getAttribute('href')
}

it('Run without a connection says that it waits, can be taken back, and starts once when there is one', async () => {
  const { page, context } = visitor
  const shown = await shownRun()
  await context.setOffline(true)
  await bar().waitFor()
  await run().click()
  await held().waitFor()
  await page.getByRole('button', { name: 'Do not run' }).click()
  await held().waitFor({ state: 'detached' })
  // A second press is no second run.
  await run().click()
  await run().click()
  await held().waitFor()
  await context.setOffline(false)
  await shownRun(shown)
  await bar().waitFor({ state: 'detached' })
  expect(await countRuns()).toBe(2)
})

it('a connection that goes away before the answer: said in words, and pressed again it is the same run', async () => {
  const { page, context } = visitor
  await page.getByRole('button', { name: 'Download' }).waitFor()
  const shown = await shownRun()
  await page.route('**/api/v1/jobs', async route => {
    if (route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await context.setOffline(true)
    await route.abort('internetdisconnected')
  })
  await run().click()
  await bar().waitFor()
  await page.getByRole('alert').getByText('bp does not answer.').waitFor()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await context.setOffline(false)
  await bar().waitFor({ state: 'detached' })
  await run().click()
  await shownRun(shown)
  expect(await countRuns()).toBe(3)
})
