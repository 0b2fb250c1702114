/** By mouse: open the link, choose an effect, drop a picture in, get a result, compare, download, run again. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { freshLink, hasFocus, signIn, visit, type Visitor } from './browser.ts'

const picture = join(import.meta.dirname, '../../../../effects/pixel-art/sample.webp')
let system: RunningSystem
let visitor: Visitor

beforeAll(async () => {
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl] })
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

it('the start link signs in, leaves no trace of itself, and has the first effect ready', async () => {
  const { page } = visitor
  await signIn(visitor, system)
  expect(page.url()).not.toContain('#')
  await page.getByText('Press Enter to make your first picture.').waitFor()
  expect(await page.locator(':focus').getAttribute('id')).toBe('run')
})

it('the same link does not work twice, and says how to get another', async () => {
  const link = await freshLink(system)
  await using other = await visit({ origins: [system.url, system.filesUrl] })
  await other.page.goto(link)
  await other.page.waitForURL(/\/effects\//)
  await other.page.goto('about:blank')
  await other.page.goto(link)
  await other.page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
  expect(await other.page.getByText('npx bp open').isVisible()).toBe(true)
})

it('an effect is found by search, takes a dropped picture and runs', async () => {
  const { page } = visitor
  await page.getByRole('link', { name: 'Effects' }).first().click()
  await page.getByRole('searchbox', { name: 'Search effects' }).fill('pixel')
  await page.getByRole('link', { name: /Pixel art/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Pixel art' }).waitFor()
  expect(await page.title()).toMatch(/^Pixel art · /)

  const bytes = readFileSync(picture).toString('base64')
  const transfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer()
    const raw = Uint8Array.from(atob('${bytes}'), letter => letter.charCodeAt(0))
    data.items.add(new File([raw], 'harbor.webp', { type: 'image/webp' }))
    return data
  })()`)
  // Anywhere on the page will do.
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
  await page.getByRole('form', { name: 'Input' }).getByText('harbor.webp').waitFor()

  await page.getByRole('textbox', { name: 'Pixels across' }).fill('64')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('button', { name: 'Download' }).waitFor()
})

it('the result is compared with the input, by pointer and by buttons', async () => {
  const { page } = visitor
  const slider = page.getByRole('slider', { name: 'Share of the picture that shows the result' })
  await page.getByRole('radio', { name: 'After' }).check({ force: true })
  expect(await slider.inputValue()).toBe('0')
  await page.getByRole('radio', { name: 'Before' }).check({ force: true })
  expect(await slider.inputValue()).toBe('100')
  await page.getByRole('radio', { name: 'Both' }).check({ force: true })
  expect(await slider.inputValue()).toBe('50')
})

it('the result can be saved under its name', async () => {
  const { page } = visitor
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/\.(png|webp)$/)
})

it('running again keeps the values; a value out of range is kept, marked, and stops the run', async () => {
  const { page } = visitor
  const box = page.getByRole('textbox', { name: 'Pixels across' })
  expect(await box.inputValue()).toBe('64')
  await box.fill('5000')
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByText('Pixels across must be at most 200.').first().waitFor()
  expect(await box.inputValue()).toBe('5000')
  expect(await hasFocus(page, box)).toBe(true)

  await box.fill('48')
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByRole('link', { name: 'Details of this run' }).waitFor()
})

it('a reload loses neither values nor the last run', async () => {
  const { page } = visitor
  await page.getByRole('button', { name: 'Download' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Download' }).waitFor()
  expect(await page.getByRole('textbox', { name: 'Pixels across' }).inputValue()).toBe('48')
})

it('both runs are in the jobs, both pictures in the results', async () => {
  const { page } = visitor
  await page.getByRole('link', { name: 'Jobs' }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor()
  await page
    .getByRole('row', { name: /Pixel art/ })
    .nth(1)
    .waitFor()
  expect(await page.getByRole('row', { name: /Pixel art/ }).count()).toBe(2)
  await page.getByRole('link', { name: 'Results' }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Results' }).waitFor()
  await page.locator('main li').nth(1).waitFor()
  await page.locator('main li a').first().click()
  await page.getByRole('heading', { name: 'About this file' }).waitFor()
})

it('nothing went wrong on the way', () => {
  expect(visitor.faults).toEqual([])
})
