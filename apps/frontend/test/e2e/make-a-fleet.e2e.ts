/** An admin makes fleets: by mouse, by keyboard, with faults, with names that are taken; and learns what to do next. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Worker } from '@bp/contracts/shapes/workers'
import { startSystem, type RunningSystem } from '@bp/testkit/system'
import {
  axeFaultsOfThemes,
  focusFault,
  hasFocus,
  sidewaysPx,
  signIn,
  visit,
  type Visitor,
} from './browser.ts'

let system: RunningSystem
let visitor: Visitor
let page: Page

beforeAll(async () => {
  system = await startSystem()
  visitor = await visit({ origins: [system.url, system.filesUrl], forAxe: true })
  page = visitor.page
  await signIn(visitor, system)
})
afterAll(async () => {
  await visitor[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

const open = (address: string) => page.goto(new URL(address, system.url).href)
const form = '/console/fleets/new'
const slug = () => page.getByLabel('Slug')
const create = () => page.getByRole('button', { name: 'Create fleet' })
const part = (name: string) => page.getByRole('region', { name, exact: true })
/** What stands under a field, once it is there. */
const said = (text: string) => page.locator('form').getByText(text).waitFor()

/** As in AWS: no fleet is the machine's own. Everything else is the backend's. */
const pretendAws = () =>
  page.route('**/api/v1/admin/fleets', async route => {
    if (route.request().method() !== 'GET') return route.fallback()
    const response = await route.fetch()
    const list = (await response.json()) as { data: readonly { slug: string }[] }
    return route.fulfill({
      response,
      json: { data: list.data.filter(fleet => fleet.slug !== 'local') },
    })
  })

it('the console leads to the form, which says what this machine does not do', async () => {
  await open('/console')
  await part('Fleets').getByRole('link', { name: 'New fleet' }).click()
  await page.getByRole('heading', { level: 1, name: 'New fleet' }).waitFor()
  await part('This machine starts nothing for it').waitFor()
  expect(await page.getByText('All that no other fleet serves').count()).toBe(0)
})

it('tells the rule of the slug while it is typed', async () => {
  for (const [typed, fault] of [
    ['Portraits', 'Only small letters, digits and hyphens are allowed.'],
    ['x'.repeat(33), 'It has 33 characters; 32 are allowed.'],
    ['none', '“none” is kept for the absence of a fleet.'],
    ['clips-od', 'It may not end in “-od”'],
    ['-clips', 'It begins and ends with a letter or a digit.'],
    ['local', 'There is a fleet production/local already.'],
  ] as const) {
    await slug().fill(typed)
    await said(fault)
    expect(await slug().getAttribute('aria-invalid'), typed).toBe('true')
  }
  // Half a slug is no fault yet.
  await slug().fill('short-')
  await expect.poll(() => slug().getAttribute('aria-invalid')).toBeNull()
})

it('shows every fault at its field at once, and leads to the first', async () => {
  await slug().fill('')
  await page.getByLabel('Name').fill('x'.repeat(81))
  for (const type of await page
    .getByRole('group', { name: 'Machine types' })
    .locator('input')
    .all())
    await type.uncheck()
  await page.getByLabel('Least machines').fill('many')
  await page.getByLabel('Most machines').fill('101')
  await page.getByLabel('Most On-Demand').fill('-1')
  await create().click()
  for (const fault of [
    'Give it a slug.',
    'It has 81 characters; 80 are allowed.',
    'Choose at least one machine type.',
    'A whole number from 0 to 20.',
  ])
    await said(fault)
  expect(await page.getByText('A whole number from 0 to 100.').count()).toBe(2)
  await expect.poll(() => hasFocus(page, slug())).toBe(true)
  expect(await focusFault(page)).toBeUndefined()
  expect(await axeFaultsOfThemes(page)).toEqual([])
  const summary = page.getByRole('alert')
  await summary.getByRole('link', { name: 'Most machines' }).click()
  await expect.poll(() => hasFocus(page, page.getByLabel('Most machines'))).toBe(true)
  // Each is about its own field alone: what is right again loses its fault.
  await page.getByLabel('Least machines').fill('3')
  await page.getByLabel('Most machines').fill('2')
  await said('That is more than the most, which is 2.')
})

it('makes it by mouse, and shows what is asked of it', async () => {
  await slug().fill('clips')
  await page.getByLabel('Name').fill('Short clips')
  await page.getByRole('radio', { name: /48 GB/ }).check()
  await page.getByRole('checkbox', { name: /g6e\.4xlarge/ }).uncheck()
  await page.getByLabel('Least machines').fill('1')
  await page.getByLabel('Most On-Demand').fill('0')
  await create().click()
  await page.waitForURL(/\/console\/fleets\/production\/clips$/)
  await page.getByText('The fleet is made.').waitFor()
  await looksLikeClips()
  const heading = page.getByRole('heading', { level: 1 })
  await expect.poll(() => hasFocus(page, heading)).toBe(true)
})

async function looksLikeClips(): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Short clips production/clips' }).waitFor()
  const asked = part('What is asked of it')
  const facts = () => asked.locator('dl > div').allTextContents()
  // The title comes before the rest.
  await expect
    .poll(facts)
    .toEqual([
      'Template48 GB of video memory',
      'Machine types, the preferred firstg6e.xlargeg6e.2xlarge',
      'Size1 to 2',
      'Of them On-Demandnone',
      'Workflows served0',
      'DocumentWritten',
    ])
  await part('Workers').getByText('No worker of this fleet has registered').waitFor()
  // Nobody should start machines from here for an installation that has none.
  await part('Written down, nothing more').waitFor()
  expect(await page.getByText('gh workflow run').count()).toBe(0)
}

it('is still there after a reload, and in the console', async () => {
  await page.reload()
  await looksLikeClips()
  expect(await page.title()).toMatch(/^Short clips · /)
  await page.getByRole('link', { name: 'Console' }).last().click()
  await part('Fleets').getByRole('link', { name: 'Short clips' }).click()
  await page.waitForURL(/\/console\/fleets\/production\/clips$/)
})

it('makes another by keyboard alone', async () => {
  await open('/console')
  await part('Fleets').waitFor()
  await tabTo('New fleet')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'New fleet' }).waitFor()
  await tabTo('production')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Tab')
  await expect.poll(() => hasFocus(page, slug())).toBe(true)
  await page.keyboard.type('portraits')
  await tabTo('gpu-24gb')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Tab')
  // The preferred machine type is taken out.
  await page.keyboard.press('Space')
  expect(await focusFault(page)).toBeUndefined()
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/console\/fleets\/staging\/portraits$/)
  await page.getByText('g4dn.2xlarge', { exact: true }).waitFor()
  expect(await page.getByText('g4dn.xlarge', { exact: true }).count()).toBe(0)
})

/** Tab until the focused control shows or holds these words; at most 60 presses. */
async function tabTo(words: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(
      '(document.activeElement?.value ?? "") + " " + document.activeElement?.textContent',
    )
    expect(await focusFault(page)).toBeUndefined()
    if (focused.includes(words)) return
  }
  throw new Error(`nothing with ${words} was reached by Tab`)
}

it('says at once that a name is taken, and leads to the fleet that has it', async () => {
  await open(form)
  await slug().fill('clips')
  await said('There is a fleet production/clips already. Open it, or choose another slug.')
  // The same slug of the other stage is another fleet.
  await page.getByRole('radio', { name: 'Staging' }).check()
  await expect.poll(() => slug().getAttribute('aria-invalid')).toBeNull()
  await page.getByRole('radio', { name: 'Production' }).check()
  await page.getByRole('link', { name: 'Open production/clips' }).click()
  await looksLikeClips()
})

it('says the same when somebody took it meanwhile; another slug goes through', async () => {
  await open(form)
  await slug().fill('taken')
  const status = await page.evaluate<number>(`fetch('/api/v1/admin/fleets', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stage: 'production', slug: 'taken', max: 7, workflows: [] }),
  }).then(answer => answer.status)`)
  expect(status).toBe(201)
  await create().click()
  await said('There is a fleet production/taken already. Open it, or choose another slug.')
  await expect.poll(() => hasFocus(page, slug())).toBe(true)
  await page.getByRole('link', { name: 'Open production/taken' }).waitFor()
  await slug().fill('not-taken')
  await expect.poll(() => slug().getAttribute('aria-invalid')).toBeNull()
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/console\/fleets\/production\/not-taken$/)
})

it('puts what only the backend knows at its field', async () => {
  await pretendAws()
  await open(form)
  await slug().fill('local')
  await part('What belongs to it').getByText('asg-production-local').waitFor()
  await create().click()
  await said('is the fleet of a single machine. Choose another slug.')
  await expect.poll(() => hasFocus(page, slug())).toBe(true)
})

it('where fleets are machines: names as they are typed, workflows to choose, and the way to the first worker', async () => {
  await pretendAws()
  await open(form)
  await page.getByRole('radio', { name: 'Staging' }).check()
  await slug().fill('pixels')
  await part('What belongs to it').getByText('bp-gpu-fleet-staging-pixels').waitFor()
  await page.getByRole('radio', { name: 'Only these' }).check()
  await create().click()
  await said('Choose at least one, or all.')
  await page.getByRole('checkbox', { name: 'Pixel art' }).check()
  await create().click()
  const next = part('What to do next')
  await next.waitFor()
  const commands = await next.locator('code').allTextContents()
  expect(commands).toContain(
    'gh workflow run provision-gpu-fleet.yml -f fleet_stage=staging -f fleet_slug=pixels',
  )
  expect(commands).toContain(
    'gh workflow run apply-gpu-fleet-config.yml -f fleet_stage=staging -f fleet_slug=pixels -f confirm=pixels',
  )
  await next.getByRole('button', { name: /Copy “gh workflow run build-ami\.yml/ }).click()
  await page.getByText('Copied.').waitFor()
  expect(await part('What is asked of it').locator('dl').textContent()).toContain('served1')
  expect(await axeFaultsOfThemes(page)).toEqual([])
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await sidewaysPx(page)).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: 1280, height: 900 })
})

it('once a worker is there, its row shows it and the steps are folded away', async () => {
  await pretendAws()
  await page.route('**/api/v1/admin/workers', async route => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { data: [newWorker] } })
  })
  await open('/console/fleets/staging/pixels')
  await part('Workers').getByRole('row').filter({ hasText: 'i-0123456789' }).waitFor()
  const done = part('Workers have registered')
  expect(await done.locator('code').first().isVisible()).toBe(false)
  await done.getByText('Show its steps').click()
  await done.getByText('gh workflow run build-ami.yml').waitFor()
  expect(await axeFaultsOfThemes(page)).toEqual([])
})

/** A machine that has just come; a single machine cannot have one. */
const newWorker = {
  id: 'wrk_01arz3ndektsv4rrffq69g5fav',
  stage: 'staging',
  fleet: 'pixels',
  instance: 'i-0123456789',
  market: 'spot',
  state: 'ready',
  phase: null,
  phase_since: null,
  drain_reason: 'none',
  health: 'good',
  slots: 1,
  busy: 0,
  jobs: [],
  last_seen_at: '2026-01-01T00:00:00.000Z',
  started_at: '2026-01-01T00:00:00.000Z',
} as const satisfies Worker

it('a document that is missing is written again by one press', async () => {
  let isMissing = true
  await page.route('**/api/v1/admin/fleets/production/clips', async route => {
    const response = await route.fetch()
    const fleet = (await response.json()) as Readonly<Record<string, unknown>>
    await route.fulfill({ response, json: isMissing ? { ...fleet, pointer: 'missing' } : fleet })
  })
  await open('/console/fleets/production/clips')
  await part('What is asked of it').getByText('Missing', { exact: true }).waitFor()
  isMissing = false
  await page.getByRole('button', { name: 'Write it again' }).click()
  await page.getByText('The document is written.').waitFor()
  await part('What is asked of it').getByText('Written', { exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Write it again' }).count()).toBe(0)
})

it('nothing else went wrong on the way', () => {
  // The browser reports each refusal by itself: 409 for the name that was taken, 422 for the reserved one.
  expect(visitor.faults.filter(fault => !/status of (409|422)/.test(fault))).toEqual([])
})
