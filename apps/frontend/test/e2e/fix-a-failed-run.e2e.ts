import { afterAll, beforeAll, expect, it } from 'vitest'
/** A run fails: the page says why, whose turn it is, and has one button that mends it. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { setEngineFaults, signIn, visit, type Visitor } from './browser.ts'

let system: RunningSystem
let visitor: Visitor

beforeAll(async () => {
  system = await startSystem({ env: { BP_ENGINE_FAULTS: '1' } })
  visitor = await visit({ origins: [system.url, system.filesUrl] })
  await signIn(visitor, system)
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

const setFaults = (faults: Readonly<Record<string, number>>): Promise<void> =>
  setEngineFaults(system, faults)

it('an engine out of memory is told in words beside the form', async () => {
  const { page } = visitor
  // However often it is tried.
  await setFaults({ outOfMemory: 1_000 })
  await page.getByText('Press Enter to make your first picture.').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'This run failed' }).waitFor()
  await page.getByText('The worker ran out of memory.').waitFor()
  expect(await page.getByText('Our turn').isVisible()).toBe(true)
})

it('its page shows the attempts, and Retry makes a run that succeeds', async () => {
  const { page } = visitor
  await page.getByRole('link', { name: 'Details of this run' }).click()
  await page.getByRole('region', { name: 'Attempts' }).getByText('Failed').waitFor()
  const failed = page.url()
  await setFaults({ outOfMemory: 0 })
  await page.getByRole('button', { name: 'Retry' }).click()
  await page.waitForURL(url => url.href !== failed)
  await page.getByRole('button', { name: 'Download' }).waitFor()
  expect(await page.getByText('Run again from').isVisible()).toBe(true)
})

it('a run that takes long can be canceled, and the page says so', async () => {
  const { page } = visitor
  await setFaults({ slowNodeMs: 5_000 })
  await page.getByRole('link', { name: 'Run with changes' }).click()
  await page.getByText('Filled in from an earlier run.').waitFor()
  const before = await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('heading', { name: 'This run was canceled' }).waitFor()
  expect(
    await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href'),
  ).not.toBe(before)
  await setFaults({ slowNodeMs: 0 })
})

it('what is no picture is refused before anything is sent', async () => {
  const { page } = visitor
  const uploads: string[] = []
  page.on('request', request => {
    if (request.url().includes('/uploads')) uploads.push(request.url())
  })
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Replace' }).first().click(),
  ])
  await chooser.setFiles({
    name: 'a.png',
    mimeType: 'image/png',
    buffer: Buffer.from('no picture at all'),
  })
  await page.getByText('This file cannot be read as a picture.').first().waitFor()
  expect(uploads).toEqual([])
})

it('nothing went wrong on the way', () => {
  expect(visitor.faults).toEqual([])
})
