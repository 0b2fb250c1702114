import { expect, it } from 'vitest'
import { parseJson } from './json-body.ts'

it('keeps numbers of a graph as they came, and reads all others as numbers', () => {
  const text = '{"graph":{"1":{"seed":18446744073709551615,"cfg":1.0,"n":7}},"max_run_s":60.0}'
  const value = parseJson(text)
  expect(value).toMatchObject({ max_run_s: 60 })
  expect(JSON.stringify(value)).toContain('{"seed":18446744073709551615,"cfg":1.0,"n":7}')
})

it.each([
  ['broken text', '{"a":'],
  ['a body of 100,000 brackets', '['.repeat(100_000)],
  ['__proto__', '{"a":{"__proto__":{"x":1}}}'],
  ['constructor', '{"constructor":1}'],
  ['__proto__ in disguise', String.raw`{"__pr\u006fto__":1}`],
])('refuses %s', (_, text) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'json_invalid' }))
})

it('takes brackets and such words within strings for text', () => {
  const text = JSON.stringify({ prompt: `${'['.repeat(100)} \\" "constructor" {`, a: [1] })
  expect(parseJson(text)).toEqual(JSON.parse(text))
})
