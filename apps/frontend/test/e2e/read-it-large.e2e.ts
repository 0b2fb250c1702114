import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
/** Text twice as large, a window half as wide, colours of the system, names that do not end: nothing breaks. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import {
  focusFault,
  loaded,
  runSample,
  sidewaysPx,
  signIn,
  visit,
  type Visitor,
} from './browser.ts'

const pictures = join(import.meta.dirname, '../../../../artifacts/screens/large')
let system: RunningSystem
let visitor: Visitor

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true })
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl] })
  await signIn(visitor, system)
  await runSample(visitor.page)
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

/** For a person to look at, when asked for by `BP_DRAW=1`. */
const draw = async (page: Page, name: string) => {
  if (process.env['BP_DRAW'] === '1')
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

/** Walks through the page by Tab; answers what was wrong with each stop. Ends at the first stop, or after 80. */
async function walk(page: Page): Promise<readonly string[]> {
  const faults: string[] = []
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)')
  for (let stop = 0; stop < 80; stop++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate<boolean>('document.activeElement === document.body')) break
    const fault = await focusFault(page)
    if (fault !== undefined) faults.push(fault)
  }
  return faults
}

const shapes = [
  { name: 'with letters twice as large', width: 1280, height: 800, rootPercent: 200 },
  { name: 'at twice the size of everything', width: 640, height: 450, rootPercent: 100 },
]
describe.each(shapes)('$name', ({ width, height, rootPercent }) => {
  it.each(['/effects', '/effects/tiny-world', '/jobs', '/console'])(
    '%s scrolls in one direction only, and no focus is covered',
    async address => {
      const { page } = visitor
      await page.setViewportSize({ width, height })
      await page.goto(`${system.url}${address}`)
      await page.evaluate(`document.documentElement.style.fontSize = '${rootPercent}%'`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await loaded(page)
      await page.waitForLoadState('load')
      await draw(page, `${address.replaceAll('/', '_')}-${rootPercent}-${width}`)
      expect(await sidewaysPx(page)).toBeLessThanOrEqual(0)
      expect(await walk(page)).toEqual([])
    },
  )
})

it('with the colours of the system, chips have a border and the focus a ring', async () => {
  const { page } = visitor
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ forcedColors: 'active' })
  for (const address of ['/jobs', '/effects/tiny-world', '/console']) {
    await page.goto(`${system.url}${address}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await loaded(page)
    await page.waitForLoadState('load')
    expect(await walk(page), address).toEqual([])
    await page.locator('main a, main button').first().focus()
    await draw(page, `forced${address.replaceAll('/', '_')}`)
    expect(
      await page.evaluate<string[]>(`[...document.querySelectorAll('main [class*=chip][data-tone]')]
        .map(chip => getComputedStyle(chip).borderTopStyle).filter(style => style !== 'solid')`),
      address,
    ).toEqual([])
  }
  await page.emulateMedia({ forcedColors: null })
})

const longWord = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
const longName = `${longWord} mit sehr vielen weiteren Wörtern, die niemand lesen will`

it('names that do not end break no card, table, heading or form', async () => {
  const { page } = visitor
  await page.route('**/api/v1/**', async route => {
    if (route.request().method() !== 'GET') return route.continue()
    // The stream would bring the true names: it stays without an answer.
    if (route.request().url().includes('/events')) return
    const answer = await route.fetch()
    const text = await answer.text()
    await route.fulfill({
      response: answer,
      body: text
        .replaceAll('"Tiny world"', JSON.stringify(longName))
        .replaceAll('"Film noir"', JSON.stringify(longWord))
        .replaceAll('"Toy colors"', JSON.stringify(longWord))
        .replaceAll('"Band height"', JSON.stringify(longWord))
        .replaceAll('"Sepia"', JSON.stringify(longWord)),
    })
  })
  for (const width of [1280, 320])
    for (const address of ['/effects', '/effects/tiny-world', '/effects/film-noir', '/jobs']) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(`${system.url}${address}`)
      await page.getByText(longWord).first().waitFor()
      await loaded(page)
      await draw(page, `long${address.replaceAll('/', '_')}-${width}`)
      const what = `${address} ${width}`
      expect(await sidewaysPx(page), what).toBeLessThanOrEqual(0)
      // Nothing hides letters behind a border: each part that holds the word is as wide as what stands in it.
      expect(
        await page.evaluate<string[]>(`[...document.querySelectorAll('main *')].filter(part =>
          part.childElementCount === 0 && part.textContent.includes('Donau') &&
          part.getClientRects().length > 0 && part.clientWidth > 1 &&
          part.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        ).map(part => part.outerHTML.slice(0, 120))`),
        what,
      ).toEqual([])
    }
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

it('nothing went wrong on the way', () => {
  expect(visitor.faults).toEqual([])
})
