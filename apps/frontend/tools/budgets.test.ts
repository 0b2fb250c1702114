import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pageRows } from '../src/page-rows.ts'
import { closureOf } from './budgets.ts'

it('what a page loads is what it imports, each once, but not what it may load later', () => {
  const manifest = {
    entry: { file: 'entry.js', isEntry: true, imports: ['shared'], dynamicImports: ['page'] },
    shared: { file: 'shared.js', imports: ['deep'] },
    deep: { file: 'deep.js', imports: ['shared'] },
    page: { file: 'page.js', imports: ['shared'] },
  }
  expect([...closureOf(manifest, 'entry')].toSorted()).toEqual(['deep', 'entry', 'shared'])
  expect([...closureOf(manifest, 'page', new Set(closureOf(manifest, 'entry')))]).toContain('page')
})

it('every page has a budget, and no budget is left over', () => {
  const { pages: limits }: { pages: Record<string, number> } = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'budgets.json'), 'utf8'),
  )
  expect(Object.keys(limits).toSorted()).toEqual(pageRows.map(page => page.id).toSorted())
})
