import { afterAll, beforeAll, expect, it } from 'vitest'
/** Every page of the list, in both themes and at 320 px: no fault of axe, console or policy, one h1, no sideways scrolling. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { pageRows, type PageId } from '../../src/page-rows.ts'
import { axeFaultsOfThemes, loaded, signIn, visit, type Visitor } from './browser.ts'

let system: RunningSystem
let visitor: Visitor
/** Parameters of patterns, from a run that was made before. */
let addresses: Readonly<Record<PageId, string>>

beforeAll(async () => {
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl], forAxe: true })
  await signIn(visitor, system)
  const { page } = visitor
  await page.getByText('Press Enter to make your first picture.').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Download' }).waitFor()
  const job = await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')
  const result = await page.getByRole('link', { name: 'About this file' }).getAttribute('href')
  addresses = {
    explore: '/effects',
    effect: new URL(page.url()).pathname,
    jobs: '/jobs',
    job: job ?? '',
    results: '/results',
    result: result ?? '',
    console: '/console',
    'new-fleet': '/console/fleets/new',
    fleet: '/console/fleets/production/local',
    start: '/start',
    'not-found': '/no/such/page',
  }
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

it.each(pageRows.map(page => page.id))(
  '%s has no fault, wide and narrow, in both themes',
  async id => {
    const { page } = visitor
    for (const [width, height] of [
      [1280, 900],
      [320, 640],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.goto(new URL(`${addresses[id]}?unknown=1`, system.url).href)
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' })
      await page.waitForLoadState('load')
      // Skeletons are gone when nothing is busy any more.
      await loaded(page)
      const what = `${id} ${width}`
      expect(await page.locator('h1').count(), what).toBe(1)
      expect(await page.title(), what).toMatch(/^.+ · bp$/)
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth'),
        what,
      ).toBeLessThanOrEqual(width)
      expect(await axeFaultsOfThemes(page), what).toEqual([])
    }
  },
)

it('none of them made an error, broke the policy, or asked somebody else', () => {
  expect(visitor.faults).toEqual([])
})

it('the policy holds: nothing is refused on any page', async () => {
  await using strict = await visit({ origins: [system.url, system.filesUrl] })
  await signIn(strict, system)
  for (const address of Object.values(addresses)) {
    await strict.page.goto(new URL(address, system.url).href)
    await strict.page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' })
    await strict.page.waitForLoadState('load')
  }
  expect(strict.faults).toEqual([])
})

it('signed out, every page still answers and says how to get in', async () => {
  await using stranger = await visit({ origins: [system.url, system.filesUrl] })
  for (const row of pageRows) {
    await stranger.page.goto(new URL(addresses[row.id], system.url).href)
    await stranger.page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' })
    if (row.needs !== 'nobody') await stranger.page.getByText('npx bp open').first().waitFor()
    expect(await stranger.page.title(), row.id).toMatch(/ · bp$/)
  }
})
