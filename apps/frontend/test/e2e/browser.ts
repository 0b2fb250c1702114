/** A visitor with a browser of its own: fresh profile, and a list of everything that a page should never do. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core'

const executablePath = '/usr/bin/chromium'
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)
const focusScript = readFileSync(join(import.meta.dirname, 'focus-fault.js'), 'utf8')
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface Visitor extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of the console, refusals of the policy, requests to other origins: as sentences, in their order. */
  readonly faults: readonly string[]
}

export interface VisitOptions {
  readonly width?: number
  readonly height?: number
  /** Origins that pages may talk to. */
  readonly origins: readonly string[]
  /** axe is put into the page by a script, which the page's own policy rightly refuses. */
  readonly forAxe?: boolean
}

/** `launch()` refuses a profile folder, so a persistent context in a new folder it is. */
export async function visit(options: VisitOptions): Promise<Visitor> {
  if (!existsSync(executablePath))
    throw new Error(`${executablePath} is needed (apt-get install chromium)`)
  const profile = mkdtempSync(join(tmpdir(), 'bp-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args,
    headless: true,
    bypassCSP: options.forAxe ?? false,
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
  })
  context.setDefaultTimeout(20_000)
  const faults: string[] = []
  const page = context.pages()[0] ?? (await context.newPage())
  page.on('console', message => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => faults.push(`uncaught: ${error.message}`))
  page.on('request', request => {
    const url = new URL(request.url())
    if (/^https?:$/.test(url.protocol) && !options.origins.includes(url.origin))
      faults.push(`foreign request: ${url.origin}`)
  })
  return {
    page,
    context,
    faults,
    async [Symbol.asyncDispose]() {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A fresh one-time link, as the machine's operator gets it. */
export async function freshLink(system: { url: string; controlSecret: string }): Promise<string> {
  const answer = await fetch(`${system.url}/api/local/links`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.controlSecret}`,
      'content-type': 'application/json',
    },
    body: '{}',
  })
  if (!answer.ok) throw new Error(`no link: ${answer.status} ${await answer.text()}`)
  const made: unknown = await answer.json()
  return String(typeof made === 'object' && made !== null ? Reflect.get(made, 'url') : undefined)
}

/** Follows a fresh link and waits for where it leads: the first effect with its sample. */
export async function signIn(
  visitor: Visitor,
  system: { url: string; controlSecret: string },
): Promise<void> {
  await visitor.page.goto(await freshLink(system))
  await visitor.page.waitForURL(/\/effects\/[^/]+$|\/effects\/[^/]+\?/)
}

/** What axe finds on the page as it stands, one line a fault. `rules`: only these, e.g. those that a theme changes. */
async function axeFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axeSource)
  // After a change of theme colours are on their way for a moment; what never ends is not waited for.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity).map(one => one.finished)).then(() => undefined)`)
  const only = rules ? { type: 'rule', values: rules } : axeTags
  // A text, not a function: this file is typed for Node, which knows no document.
  return page.evaluate<string[]>(`axe.run({ runOnly: ${JSON.stringify(only)} }).then(found =>
    found.violations.map(fault => fault.id + ': ' + fault.nodes.map(node => node.html).join(' | ')))`)
}

/** The same in both themes: everything in the light one, and all that depends on colours in the dark one, too. */
export async function axeFaultsOfThemes(page: Page): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await axeFaults(page, ['color-contrast', 'link-in-text-block'])
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await axeFaults(page)
  return [...dark.map(fault => `dark: ${fault}`), ...light.map(fault => `light: ${fault}`)]
}

/** What is wrong with the element that has the focus; undefined when it can be seen and has a ring. */
export const focusFault = (page: Page): Promise<string | undefined> =>
  page.evaluate<string | undefined>(focusScript)

/** What the demo engine does wrong from now on; the system needs `BP_ENGINE_FAULTS=1`. */
export async function setEngineFaults(
  system: { engineUrl: string },
  faults: Readonly<Record<string, number>>,
): Promise<void> {
  const answer = await fetch(`${system.engineUrl}/__faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  })
  if (!answer.ok) throw new Error(`no faults: ${answer.status} ${await answer.text()}`)
}

/** Runs the effect's sample, as a new visitor does, and waits for the result. Answers the run's address. */
export async function runSample(page: Page): Promise<string> {
  await page.getByText('Press Enter to make your first picture.').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Download' }).waitFor()
  const job = await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')
  return job ?? ''
}

/**
 * Starts `count` more runs of an ended one by the page's own session, each with colours of its own: the engine has
 * nothing of them in its cache.
 */
export const startMore = (page: Page, id: string, count: number): Promise<void> =>
  page.evaluate<undefined>(`(async () => {
    const { effect, input } = await (await fetch('/api/v1/jobs/${id}')).json()
    for (let n = 0; n < ${count}; n++) {
      window.colorSteps = (window.colorSteps ?? 0) % 18 + 1
      const color = Math.round(window.colorSteps * 5) / 100
      const answer = await fetch('/api/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify({ effect: effect.slug, input: { ...input, color } }),
      })
      if (!answer.ok) throw new Error((await answer.json()).detail)
    }
  })()`)

/** How far something may be wider than the window: 0 or less is good. */
export const sidewaysPx = (page: Page): Promise<number> =>
  page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )

/** Waits until no skeleton is left. */
export const loaded = (page: Page): Promise<void> =>
  page.locator('[class*=skeleton]').first().waitFor({ state: 'detached' })

/** True when this very element has the focus. */
export const hasFocus = async (page: Page, locator: Locator): Promise<boolean> =>
  (await locator.and(page.locator(':focus')).count()) === 1
