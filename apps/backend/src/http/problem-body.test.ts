import { expect, it } from 'vitest'
import { z } from 'zod'
import { problem } from '@bp/contracts/errors'
import { StoreError } from '@bp/store/failure'
import { problemBody, problemFrom, problemFromZod } from './problem-body.ts'

it.each([
  ['a lost MariaDB connection', { errno: 2013, message: 'secret' }, 'unavailable'],
  ['a full disk under SQLite', { errcode: 13, message: 'secret' }, 'unavailable'],
  ['a locked SQLite file, told more closely', { errcode: 5 + 256, message: 'x' }, 'unavailable'],
  ['a closed store', new StoreError('closed', 'x'), 'shutting_down'],
  ['anything else', { message: 'password=geheim' }, 'internal'],
])('%s', (_, thrown, code) => {
  const shown = problemFrom(Object.assign(new Error('x'), thrown))
  expect(shown.code).toBe(code)
  expect(JSON.stringify(problemBody(shown, 'req_1'))).not.toMatch(/secret|geheim/)
})

it('shows a refusal with its remedy, its faults and whether a repeat may help', () => {
  expect(problemBody(problem('queue_full', { allowed: 5 }), 'req_1')).toEqual({
    type: '/docs/errors#queue_full',
    title: 'queue full',
    status: 429,
    detail: 'Too many jobs are waiting (5 at most).',
    code: 'queue_full',
    remedy: 'Wait until some have run.',
    request_id: 'req_1',
    retryable: true,
    errors: [],
  })
})

it('tells unknown fields apart from invalid ones, with JSON pointers', () => {
  const shape = z.strictObject({ 'a/b': z.number(), list: z.array(z.string()) })
  const faultsOf = (value: unknown, place: 'body' | 'query' = 'body') => {
    const result = shape.safeParse(value)
    if (result.success) throw new Error('it is valid')
    return problemFromZod(result.error, place)
  }
  const unknown = faultsOf({ 'a/b': 1, list: [], extra: 1 })
  expect([unknown.code, unknown.faults]).toMatchObject([
    'unknown_field',
    [{ pointer: '/extra', code: 'unknown' }],
  ])
  const invalid = faultsOf({ 'a/b': 'x', list: [1], extra: 1 }, 'query')
  expect(invalid.code).toBe('validation_failed')
  expect(invalid.faults.map(fault => fault.pointer)).toEqual([
    '/query/a~1b',
    '/query/list/0',
    '/query/extra',
  ])
})
