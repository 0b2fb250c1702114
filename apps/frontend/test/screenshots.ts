#!/usr/bin/env node
/**
 * Draws every page in both themes at four widths to artifacts/screens, with a contact sheet. For a person to look at:
 * no pixels are compared. `node apps/frontend/test/screenshots.ts [page …]`; starts a system of its own in a fresh folder.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { pageRows, type PageId } from '../src/page-rows.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const out = join(root, 'artifacts', 'screens')
const widths = [1440, 768, 390, 320]
const themes = ['light', 'dark'] as const
const readyMsMax = 60_000
/** Runs that stand in the lists, so that they look like somebody's. */
const sampleRuns = ['pixel-art', 'film-noir', 'soft-focus', 'screen-print', 'pencil-sketch']

const wanted = process.argv.slice(2)
const rows = pageRows.filter(row => wanted.length === 0 || wanted.includes(row.id))
if (rows.length === 0) {
  process.stderr.write(`No such page. There are: ${pageRows.map(row => row.id).join(', ')}\n`)
  process.exit(2)
}

const data = mkdtempSync(join(tmpdir(), 'bp-screens-'))
const profile = mkdtempSync(join(tmpdir(), 'bp-screens-browser-'))
const system = spawn(process.execPath, [join(root, 'tools', 'start.ts')], {
  cwd: root,
  env: { ...process.env, BP_DATA: data, BP_PORT: '0', BP_NO_OPEN: '1', BP_ENGINE_FAULTS: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  await draw(await linkOf())
} finally {
  const ended = new Promise(resolve => system.once('exit', resolve))
  if (system.exitCode === null) system.kill('SIGTERM')
  await ended
  for (const folder of [data, profile])
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** The sign-in link that the system prints when it is ready. */
function linkOf(): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error('The system did not start in time.'))
    }, readyMsMax)
    system.once('exit', code => {
      reject(new Error(`The system ended with code ${code}.`))
    })
    createInterface({ input: system.stdout }).on('line', line => {
      const link = /http:\/\/\S+\/start#\S+/.exec(line)?.[0]
      if (link === undefined) return
      clearTimeout(late)
      resolve(link)
    })
  })
}

async function draw(link: string): Promise<void> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--hide-scrollbars'],
    reducedMotion: 'reduce',
  })
  const page = context.pages()[0] ?? (await context.newPage())
  const origin = new URL(link).origin
  await page.goto(link)
  await page.getByText('Press Enter to make your first picture.').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Download' }).waitFor()
  for (const slug of sampleRuns) {
    await page.goto(`${origin}/effects/${slug}?from=sample`)
    await page.getByText('Press Enter to make your first picture.').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Download' }).waitFor()
  }
  const job =
    (await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')) ?? ''
  const result =
    (await page.getByRole('link', { name: 'About this file' }).getAttribute('href')) ?? ''
  const failed = await failedRun(page, origin)
  const addresses: Readonly<Record<PageId, readonly (readonly [string, string])[]>> = {
    explore: [
      ['normal', '/effects'],
      ['no-match', '/effects?q=nothing-like-this'],
    ],
    effect: [
      ['result', `/effects/${sampleRuns.at(-1)}`],
      ['sample', '/effects/double-exposure'],
    ],
    jobs: [
      ['normal', '/jobs'],
      ['no-match', '/jobs?status=expired'],
    ],
    job: [
      ['done', job],
      ['failed', failed],
    ],
    results: [['normal', '/results']],
    result: [['normal', result]],
    console: [['normal', '/console']],
    'new-fleet': [['normal', '/console/fleets/new']],
    fleet: [
      ['own', '/console/fleets/production/local'],
      ['made', await madeFleet(page, origin)],
    ],
    start: [['no-link', '/start']],
    'not-found': [['normal', '/no/such/page']],
  }

  const drawn: string[] = []
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    for (const width of widths) {
      await page.setViewportSize({ width, height: width > 700 ? 900 : 720 })
      mkdirSync(join(out, theme, String(width)), { recursive: true })
      for (const row of rows)
        for (const [state, address] of addresses[row.id]) {
          await page.goto(`${origin}${address}`)
          await settle(page)
          const file = join(theme, String(width), `${row.id}--${state}.png`)
          await page.screenshot({ path: join(out, file), fullPage: true, animations: 'disabled' })
          drawn.push(file)
        }
    }
  }
  await context.close()
  writeFileSync(join(out, 'index.html'), contactSheet(drawn))
  process.stdout.write(`${drawn.length} pictures; look at ${join(out, 'index.html')}\n`)
}

/** Makes a fleet by the page's own session. Answers the address of its page. */
async function madeFleet(page: Page, origin: string): Promise<string> {
  await page.goto(`${origin}/console/fleets/new`)
  await page.getByLabel('Slug').fill('portraits')
  await page.getByRole('button', { name: 'Create fleet' }).click()
  await page.waitForURL(/portraits$/)
  return new URL(page.url()).pathname
}

/** Makes one run fail, as an engine without memory does. Answers the address of its page. */
async function failedRun(page: Page, origin: string): Promise<string> {
  const run: unknown = JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'))
  const engine: unknown =
    typeof run === 'object' && run !== null ? Reflect.get(run, 'engine_url') : undefined
  const setFaults = (outOfMemory: number) =>
    fetch(`${String(engine)}/__faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ outOfMemory }),
    })
  await setFaults(1_000)
  await page.goto(`${origin}/effects/tiny-world?from=sample`)
  await page.getByText('Press Enter to make your first picture.').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'This run failed' }).waitFor()
  await setFaults(0)
  return (await page.getByRole('link', { name: 'Details of this run' }).getAttribute('href')) ?? ''
}

/** Heading there, skeletons gone, pictures and fonts loaded. */
async function settle(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' })
  await page.locator('[class*=skeleton]').first().waitFor({ state: 'detached' })
  // A text, not a function: this file is typed for Node, which knows no document.
  await page.evaluate(`document.fonts.ready.then(() => {
    for (const image of document.images) image.loading = 'eager'
    return Promise.allSettled([...document.images].map(image => image.decode())).then(() => undefined)
  })`)
}

function contactSheet(files: readonly string[]): string {
  const figures = files
    .map(
      file =>
        `<figure><a href="${file}"><img src="${file}" loading="lazy"></a><figcaption>${file}</figcaption></figure>`,
    )
    .join('\n')
  return `<!doctype html><meta charset="utf-8"><title>Screens</title>
<style>body{display:flex;flex-wrap:wrap;gap:24px;font:13px sans-serif;background:#888}img{max-width:340px;max-height:420px;display:block}figure{margin:0}</style>
${figures}
`
}
