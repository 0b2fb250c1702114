import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
/** Pages whose answers are held back, are refused, or come from an ended session. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import {
  axeFaultsOfThemes,
  freshLink,
  loaded,
  runSample,
  signIn,
  visit,
  type Visitor,
} from './browser.ts'

let system: RunningSystem
let visitor: Visitor
let addresses: Readonly<Record<Judged, string>>
const judged = [
  'explore',
  'effect',
  'jobs',
  'job',
  'results',
  'result',
  'console',
  'new-fleet',
  'fleet',
] as const
type Judged = (typeof judged)[number]

beforeAll(async () => {
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl], forAxe: true })
  await signIn(visitor, system)
  const job = await runSample(visitor.page)
  const result = visitor.page.getByRole('link', { name: 'About this file' })
  addresses = {
    explore: '/effects',
    effect: '/effects/tiny-world',
    jobs: '/jobs',
    job,
    results: '/results',
    result: (await result.getAttribute('href')) ?? '',
    console: '/console',
    'new-fleet': '/console/fleets/new',
    fleet: '/console/fleets/production/local',
  }
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await visitor.page.unrouteAll({ behavior: 'ignoreErrors' })
})

const api = '**/api/v1/**'
const open = (id: Judged) => visitor.page.goto(new URL(addresses[id], system.url).href)
const sentence = 'The database is away.'

/** A refusal as the backend words it. It asks for more patience than the client has, so that nothing is repeated. */
const refuse = (route: Route) =>
  route.fulfill({
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '30' },
    body: JSON.stringify({
      type: 'about:blank',
      title: 'Unavailable',
      status: 503,
      code: 'unavailable',
      detail: sentence,
      request_id: 'req_0123456789',
    }),
  })
const isAboutTheVisit = (url: string) => /\/api\/v1\/(me|site)\b/.test(url)

/** Presses Try again until the refusal is gone. A page may ask by itself in the same moment: then nothing is left to press. */
const tryAgainUntilGone = (page: Page) =>
  expect
    .poll(
      async () => {
        const again = page.getByRole('main').getByRole('button', { name: 'Try again' }).first()
        if (await again.isVisible()) await again.click({ timeout: 2_000 }).catch(() => undefined)
        return page.getByRole('main').getByText(sentence).count()
      },
      { timeout: 20_000 },
    )
    .toBe(0)

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
}
/** Skeletons in their order; they stand for boxes of the page. */
const boxesOf = (page: Page, selector: string) =>
  page.evaluate<
    readonly Box[]
  >(`[...document.querySelectorAll(${JSON.stringify(selector)})].map(part => {
    const box = part.getBoundingClientRect()
    return { x: Math.round(box.x), y: Math.round(box.y + scrollY), width: Math.round(box.width) }
  })`)
const isNear = (a: Box, b: Box) =>
  Math.abs(a.x - b.x) <= 2 && Math.abs(a.y - b.y) <= 2 && Math.abs(a.width - b.width) <= 2

it.each(judged)(
  '%s on its way: boxes where the page will stand, and a title that stays',
  async id => {
    const { page } = visitor
    let release: () => void = () => undefined
    const held = new Promise<void>(resolve => (release = resolve))
    await page.route(api, async route => {
      await held
      await route.continue()
    })
    await open(id)
    const skeleton = page.locator('main [class*=skeleton]').first()
    await skeleton.waitFor()
    await expect
      .poll(
        () =>
          page.evaluate(
            `getComputedStyle(document.querySelector('main [class*=skeleton]')).opacity`,
          ),
        { timeout: 20_000 },
      )
      .not.toBe('0')
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.locator('[class*=spinner]').count()).toBe(0)
    expect(await page.title()).toMatch(/ · bp$/)
    expect(await axeFaultsOfThemes(page)).toEqual([])
    const [title] = await boxesOf(page, 'h1')
    const [box] = await boxesOf(
      page,
      'main ul [class*=skeleton], main [class*=body] > [class*=skeleton], main [class*=columns] > [class*=skeleton], main [class*=figures] > [class*=skeleton], main > div > [class*=skeleton]',
    )
    await page.evaluate(`window.shift = 0; new PerformanceObserver(list => {
      for (const entry of list.getEntries()) window.shift += entry.value
    }).observe({ type: 'layout-shift' })`)
    release()
    await loaded(page)
    await page.waitForLoadState('load')
    const [titleAfter] = await boxesOf(page, 'h1')
    expect({ x: titleAfter?.x, y: titleAfter?.y }, 'title').toEqual({ x: title?.x, y: title?.y })
    expect(box, 'the first box').toBeDefined()
    if (!box) return
    const parts = await boxesOf(page, 'main *')
    expect(
      parts.some(part => isNear(part, box)),
      `a part at ${JSON.stringify(box)}`,
    ).toBe(true)
    expect(await page.evaluate<number>('window.shift'), 'shift').toBeLessThanOrEqual(0.02)
  },
)

it.each(judged)('%s refused: the sentence, the request, and Try again, which works', async id => {
  const { page } = visitor
  await page.route(api, route =>
    isAboutTheVisit(route.request().url()) ? route.continue() : refuse(route),
  )
  await open(id)
  const alert = page.getByRole('main').getByRole('alert').first()
  await alert.getByText(sentence).waitFor()
  await alert.getByText('Request req_0123456789').waitFor()
  expect(await page.locator('h1').count()).toBe(1)
  // The rest of the page works.
  await page.getByRole('link', { name: 'Results', exact: true }).waitFor()
  expect(await page.getByRole('main').getByText('npx bp open').count()).toBe(0)
  expect(await axeFaultsOfThemes(page)).toEqual([])
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await tryAgainUntilGone(page)
  await loaded(page)
})

it('who somebody is cannot be told: every page for people says so, with a way on', async () => {
  const { page } = visitor
  for (const id of ['jobs', 'job', 'results', 'result', 'console'] as const) {
    await page.route(api, refuse)
    await open(id)
    await page.getByRole('main').getByRole('alert').getByText(sentence).first().waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await tryAgainUntilGone(page)
    expect(await page.getByRole('main').getByText('npx bp open').count(), id).toBe(0)
    await loaded(page)
  }
})

it('the console without its queue still shows its workers, and the refusal stays while it asks again', async () => {
  const { page } = visitor
  let asked = 0
  await page.route('**/api/v1/admin/queue', route => {
    asked++
    return refuse(route)
  })
  await open('console')
  await page.getByRole('alert').getByText(sentence).waitFor()
  await page.getByRole('region', { name: 'Workers' }).getByRole('row').first().waitFor()
  // It asks again by itself; the same note stays, nobody sees it flicker.
  await page.evaluate(`document.querySelector('main [role=alert]').dataset.seen = 'yes'`)
  const before = asked
  await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(before)
  expect(await page.locator('main [role=alert][data-seen]').count()).toBe(1)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.getByRole('region', { name: 'Waiting' }).waitFor()
})

it('a result that cannot be asked for leaves the form beside it as it is', async () => {
  const { page } = visitor
  // The stream would tell it, too.
  await page.route(/\/api\/v1\/(jobs|events)\b/, refuse)
  await page.goto(`${system.url}/effects/tiny-world`)
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByRole('alert').getByText(sentence).waitFor()
  await page.getByRole('form', { name: 'Input' }).getByRole('button', { name: /^Run/ }).waitFor()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await tryAgainUntilGone(page)
  await result.getByRole('button', { name: 'Download' }).waitFor()
  expect(await result.getByRole('alert').count()).toBe(0)
})

it('a session that ends in mid-form keeps what was typed, shows the way back in, and leads back to it', async () => {
  const { page, context } = visitor
  await page.goto(`${system.url}/effects/tiny-world`)
  const field = page.getByRole('textbox', { name: 'Toy colors' })
  await field.fill('0.65')
  // The press is what finds out: whatever the page asks by itself waits until then.
  let release: () => void = () => undefined
  const pressed = new Promise<void>(resolve => (release = resolve))
  await page.route(api, async route => {
    if (route.request().method() === 'GET') await pressed
    await route.continue()
  })
  await context.clearCookies()
  await page.getByRole('button', { name: /^Run/ }).click()
  release()
  await page.getByText('You are signed out.').waitFor()
  await page
    .getByRole('form', { name: 'Input' })
    .getByText('npx bp open', { exact: true })
    .waitFor()
  expect(await field.inputValue()).toBe('0.65')
  const run = page.getByRole('button', { name: /^Run/ })
  await expect.poll(() => run.getAttribute('aria-disabled'), { timeout: 20_000 }).toBe('true')
  expect(await axeFaultsOfThemes(page)).toEqual([])
  // The link opens in the same browser: the first effect is the one that was being filled in.
  await page.goto(await freshLink(system))
  await page.waitForURL(/\/effects\/tiny-world/)
  await field.waitFor()
  expect(await field.inputValue()).toBe('0.65')
  await run.click()
  await page.getByRole('button', { name: 'Download' }).waitFor()
})

it('no page made an error of its own', () => {
  const refusals =
    /^console: Failed to load resource: the server responded with a status of (503|401)/
  expect(visitor.faults.filter(fault => !refusals.test(fault))).toEqual([])
})
