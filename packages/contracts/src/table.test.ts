import { describe, expect, it } from 'vitest'
import { errors, isErrorCode, problem } from './errors.ts'
import { launchTransitions } from './fleets.ts'
import { canCancel, canRetry, isFinal, jobErrors, jobStatuses, jobTransitions } from './jobs.ts'
import { paths } from './paths.ts'
import { commonErrors, routeIds, routeOf, routes } from './routes.ts'
import { workerTransitions } from './workers.ts'

describe('the route table', () => {
  it('has a row for every path and a path for every row', () => {
    expect(new Set(Object.keys(routes))).toEqual(new Set(Object.keys(paths)))
  })

  it('spells no method and path twice', () => {
    const spelled = Object.values(paths).map(row => `${row.method} ${row.path}`)
    expect(new Set(spelled).size).toBe(spelled.length)
  })

  it('describes every parameter of a path, and no other', () => {
    for (const id of routeIds) {
      const named = Array.from(paths[id].path.matchAll(/:(\w+)/g), found => found[1])
      expect(new Set(Object.keys(routeOf(id).params?.shape ?? {})), id).toEqual(new Set(named))
    }
  })

  it('gives no body to GET, and one to every POST', () => {
    for (const id of routeIds) {
      const method: string = paths[id].method
      expect(routeOf(id).body !== undefined, id).toBe(method === 'POST')
    }
  })

  it('names a right of the console wherever an admin is asked for', () => {
    for (const id of routeIds.filter(each => routeOf(each).auth === 'admin')) {
      expect(routeOf(id).scope, id).toMatch(/^admin:/)
    }
  })

  it('declares known codes only', () => {
    for (const code of [...routeIds.flatMap(id => routeOf(id).errors), ...commonErrors]) {
      expect(isErrorCode(code), code).toBe(true)
    }
  })
})

describe('state tables', () => {
  it('lead only to states that exist', () => {
    for (const table of [jobTransitions, launchTransitions, workerTransitions]) {
      const known = Object.keys(table)
      for (const next of Object.values(table).flat()) expect(known).toContain(next)
    }
  })

  it('let canceling end only as canceled', () => {
    expect(jobTransitions.canceling).toEqual(['canceled'])
  })

  it('decide what may be canceled and run again', () => {
    for (const status of jobStatuses) {
      expect(canRetry({ status }) === true, status).toBe(isFinal(status))
      expect(canCancel({ status }) === true, status).toBe(
        !isFinal(status) && status !== 'canceling',
      )
    }
  })
})

describe('problems', () => {
  it('fill every place of their texts', () => {
    const made = problem('file_too_large', { received: 70, allowed: 64 })
    expect(made.message).toBe('The file has 70 bytes; 64 are allowed.')
    expect(made.status).toBe(413)
  })

  it('say what to do next, in a sentence', () => {
    for (const [code, row] of Object.entries(errors)) {
      expect(code).toMatch(/^[a-z][a-z0-9_]*$/)
      expect(row.remedy, code).toMatch(/[.}]$/)
      expect(row.status, code).toBeGreaterThanOrEqual(400)
    }
  })

  it('blame us only where a repeat may help, or the job cannot be at fault', () => {
    for (const [code, row] of Object.entries(jobErrors)) {
      expect(['you', 'us'], code).toContain(row.who)
    }
  })
})
