import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildOpenApi } from '../apps/backend/src/http/openapi.ts'
import { alarmsPage } from './docs/alarms.ts'
import { benchPage } from './docs/bench.ts'
import { cliPage } from './docs/cli.ts'
import { costsPage } from './docs/costs.ts'
import { errorsPage } from './docs/errors.ts'
import { limitsPage } from './docs/limits.ts'
import { metricsPage } from './docs/metrics.ts'
import { namesPage } from './docs/names.ts'
import { routesPage } from './docs/routes.ts'
import { statesPage } from './docs/states.ts'

const folder = join(import.meta.dirname, '../docs/generated')

/** Every generated file and what makes it. Nothing else may lie in docs/generated. */
const files: Readonly<Record<string, () => string | Promise<string>>> = {
  'alarms.md': alarmsPage,
  'bench.md': benchPage,
  'cli.md': cliPage,
  'costs.md': costsPage,
  'errors.md': errorsPage,
  'limits.md': limitsPage,
  'metrics.md': metricsPage,
  'names.md': namesPage,
  'openapi.json': () => `${JSON.stringify(buildOpenApi(), null, 2)}\n`,
  'routes.md': routesPage,
  'states.md': statesPage,
}

/** `npm run docs` writes what differs; with `--check` it only says so and ends 1. */
async function main(checkOnly: boolean): Promise<number> {
  const stale: string[] = []
  mkdirSync(folder, { recursive: true })
  for (const [name, make] of Object.entries(files)) {
    const file = join(folder, name)
    const text = await make()
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    stale.push(name)
    if (!checkOnly) writeFileSync(file, text)
  }
  for (const name of readdirSync(folder).filter(found => !Object.hasOwn(files, found))) {
    stale.push(name)
    if (!checkOnly) rmSync(join(folder, name))
  }
  if (stale.length === 0) {
    console.log('docs/generated is fresh')
    return 0
  }
  console.log(
    checkOnly
      ? `docs/generated is stale (${stale.join(', ')}); run: npm run docs`
      : `docs/generated: ${stale.join(', ')}`,
  )
  return checkOnly ? 1 : 0
}

process.exitCode = await main(process.argv.includes('--check'))
