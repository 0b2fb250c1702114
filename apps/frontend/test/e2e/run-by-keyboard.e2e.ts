import { afterAll, beforeAll, expect, it } from 'vitest'
/** The main path without a pointer. After each step the focus is in sight, not covered, and has a ring. */
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import { focusFault, hasFocus, signIn, visit, type Visitor } from './browser.ts'

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

/** Tab until the focused element has this name; at most 60 presses. */
async function tabTo(name: RegExp): Promise<void> {
  const { page } = visitor
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(
      '(document.activeElement?.ariaLabel ?? "") + " " + document.activeElement?.textContent',
    )
    expect(await focusFault(page)).toBeUndefined()
    if (name.test(focused)) return
  }
  throw new Error(`nothing named ${name} was reached by Tab`)
}

it('one press of Enter makes the first picture', async () => {
  const { page } = visitor
  await signIn(visitor, system)
  await page.getByText('Press Enter to make your first picture.').waitFor()
  expect(await focusFault(page)).toBeUndefined()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Download' }).waitFor()
})

it('the slider of the result moves by keys', async () => {
  const { page } = visitor
  await tabTo(/Share of the picture/)
  const slider = page.getByRole('slider', { name: /Share of the picture/ })
  await page.keyboard.press('End')
  expect(await slider.inputValue()).toBe('100')
  await page.keyboard.press('ArrowLeft')
  expect(await slider.inputValue()).toBe('99')
  await page.keyboard.press('Shift+ArrowLeft')
  expect(await slider.inputValue()).toBe('89')
})

it('Ctrl+Enter runs again from anywhere', async () => {
  const { page } = visitor
  const before = await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')
  await page.keyboard.press('Control+Enter')
  await page.locator(`a:has-text("Details of this run"):not([href="${before}"])`).waitFor()
  expect(await page.getByRole('link', { name: 'Details of this run' }).count()).toBe(1)
})

it('g and a letter go to each page, where the heading has the focus', async () => {
  const { page } = visitor
  for (const [key, name] of [
    ['j', 'Jobs'],
    ['r', 'Results'],
    ['c', 'Console'],
    ['e', 'What do you want to make?'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    const heading = page.getByRole('heading', { level: 1, name })
    await heading.waitFor()
    expect(await hasFocus(page, heading), name).toBe(true)
  }
})

it('/ searches, ? lists the keys, Esc closes and gives the focus back', async () => {
  const { page } = visitor
  await page.keyboard.press('/')
  const search = page.getByRole('searchbox', { name: 'Search effects' })
  expect(await hasFocus(page, search)).toBe(true)
  // No shortcut works while somebody types.
  await page.keyboard.type('g j?')
  expect(await search.inputValue()).toBe('g j?')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

it('the skip link leads past the header', async () => {
  const { page } = visitor
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
  expect(await focusFault(page)).toBeUndefined()
  await page.keyboard.press('Enter')
  expect(new URL(page.url()).hash).toBe('#content')
})

it('nothing went wrong on the way', () => {
  expect(visitor.faults).toEqual([])
})
