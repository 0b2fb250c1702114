import { expect, it } from 'vitest'
import { to } from './addresses.ts'
import { pageRows } from './page-rows.ts'
import { pages } from './pages.ts'

it('load the file that their row names', () => {
  for (const page of pages)
    expect(page.load.toString(), page.id).toContain(page.source.replace('.tsx', ''))
})

it('have an id, a pattern, a title and a question of their own', () => {
  expect(new Set(pageRows.map(page => page.id)).size).toBe(pageRows.length)
  expect(new Set(pageRows.map(page => page.pattern)).size).toBe(pages.length)
  for (const page of pageRows) {
    expect(page.title, page.id).toMatch(/^[A-Z]/)
    expect(page.question, page.id).toMatch(/\?$/)
  }
})

it('are reached by every address that the app spells', () => {
  const addresses = Object.values(to).map(address =>
    typeof address === 'string' ? address : address('x y/z', 'x y/z'),
  )
  for (const address of addresses) {
    const fits = pageRows.some(page =>
      new RegExp(`^${page.pattern.replaceAll(/\$\w+/g, '[^/]+')}$`).test(address),
    )
    expect(fits, address).toBe(true)
  }
})
