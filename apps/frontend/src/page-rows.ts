/**
 * Every page as plain data, so that tools outside the browser can read it, too. Router, budgets, accessibility run,
 * screenshots and the 320 px run walk this list: a page cannot be forgotten.
 */
import { t } from './text/en.ts'

export interface PageRow {
  readonly id: string
  /** Path of the router; `$name` is a parameter. */
  readonly pattern: string
  readonly title: string
  /** What a visitor asks first: the page has to answer it at a glance. */
  readonly question: string
  /** Who may see it. The backend decides; this is for words and links. */
  readonly needs: 'nobody' | 'user' | 'admin'
  /** Its file below `src`. */
  readonly source: string
}

export const pageRows = [
  {
    id: 'explore',
    pattern: '/effects',
    title: t.explore.title,
    question: 'What can I make?',
    needs: 'nobody',
    source: 'pages/effects/explore.tsx',
  },
  {
    id: 'effect',
    pattern: '/effects/$slug',
    title: t.explore.title,
    question: 'What do I put in, and when is it done?',
    needs: 'nobody',
    source: 'pages/effects/effect.tsx',
  },
  {
    id: 'jobs',
    pattern: '/jobs',
    title: t.jobs.title,
    question: 'What runs, and what became of the rest?',
    needs: 'user',
    source: 'pages/jobs/jobs.tsx',
  },
  {
    id: 'job',
    pattern: '/jobs/$id',
    title: t.job.title,
    question: 'Where is it, what happens now, can I stop or retry it?',
    needs: 'user',
    source: 'pages/jobs/job.tsx',
  },
  {
    id: 'results',
    pattern: '/results',
    title: t.results.title,
    question: 'Where are my results?',
    needs: 'user',
    source: 'pages/results/results.tsx',
  },
  {
    id: 'result',
    pattern: '/results/$id',
    title: t.results.title,
    question: 'What is this exactly?',
    needs: 'user',
    source: 'pages/results/result.tsx',
  },
  {
    id: 'console',
    pattern: '/console',
    title: t.console.title,
    question: 'Who waits, who runs, and why?',
    needs: 'admin',
    source: 'admin/pages/console.tsx',
  },
  {
    id: 'new-fleet',
    pattern: '/console/fleets/new',
    title: t.newFleet.title,
    question: 'Which machines, how many, for what?',
    needs: 'admin',
    source: 'admin/pages/fleets/new-fleet.tsx',
  },
  {
    id: 'fleet',
    pattern: '/console/fleets/$stage/$slug',
    title: t.fleet.title,
    question: 'What is asked of it, what is there, and what do I do next?',
    needs: 'admin',
    source: 'admin/pages/fleets/fleet.tsx',
  },
  {
    id: 'start',
    pattern: '/start',
    title: t.start.title,
    question: 'How do I get in?',
    needs: 'nobody',
    source: 'pages/system/start.tsx',
  },
  {
    id: 'not-found',
    pattern: '$',
    title: t.notFound.title,
    question: 'What went wrong with this address?',
    needs: 'nobody',
    source: 'pages/system/not-found.tsx',
  },
] as const satisfies readonly PageRow[]

export type PageId = (typeof pageRows)[number]['id']
