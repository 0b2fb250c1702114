/** Every page with its code, which is loaded when it is opened. The facts about pages stand in `page-rows.ts`. */
import type { ComponentType } from 'react'
import { pageRows, type PageId } from './page-rows.ts'

const load: Readonly<Record<PageId, () => Promise<{ default: ComponentType }>>> = {
  explore: () => import('./pages/effects/explore.tsx'),
  effect: () => import('./pages/effects/effect.tsx'),
  jobs: () => import('./pages/jobs/jobs.tsx'),
  job: () => import('./pages/jobs/job.tsx'),
  results: () => import('./pages/results/results.tsx'),
  result: () => import('./pages/results/result.tsx'),
  console: () => import('./admin/pages/console.tsx'),
  'new-fleet': () => import('./admin/pages/fleets/new-fleet.tsx'),
  fleet: () => import('./admin/pages/fleets/fleet.tsx'),
  start: () => import('./pages/system/start.tsx'),
  'not-found': () => import('./pages/system/not-found.tsx'),
}

export const pages = pageRows.map(row => ({ ...row, load: load[row.id] }))
