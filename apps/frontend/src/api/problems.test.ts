import { describe, expect, it } from 'vitest'
import { ApiProblem, NetworkProblem } from '@bp/client'
import { errors } from '@bp/contracts/errors'
import { jobErrors } from '@bp/contracts/jobs'
import { t } from '../text/en.ts'
import { fieldOfPointer, readTrouble } from './problems.ts'

const refusal = (facts: Partial<ConstructorParameters<typeof ApiProblem>[0]>) =>
  new ApiProblem({
    code: 'internal',
    status: 500,
    detail: 'detail of the server',
    remedy: 'remedy of the server',
    requestId: 'req_1',
    faults: [],
    retryAfterMs: undefined,
    ...facts,
  })

describe('texts', () => {
  it('exist for every code of the contracts, and for no other', () => {
    const own = ['network', 'unknown']
    expect(
      Object.keys(t.errors)
        .filter(code => !own.includes(code))
        .toSorted(),
    ).toEqual(Object.keys(errors).toSorted())
    expect(Object.keys(t.jobErrors).toSorted()).toEqual(Object.keys(jobErrors).toSorted())
  })
  it('blame the same side as the contracts where a run failed', () => {
    for (const [code, { who }] of Object.entries(jobErrors))
      expect(t.jobErrors[code as keyof typeof jobErrors].who, code).toBe(who)
  })
  it('are sentences with a next step, without exclamation marks, "please" and "oops"', () => {
    for (const [code, text] of Object.entries({ ...t.errors, ...t.jobErrors })) {
      expect(text.sentence, code).toMatch(/^([A-Z]|bp ).*\.$/)
      expect(text.action, code).toMatch(/^([A-Z]|bp ).*\.$/)
      expect(`${text.sentence} ${text.action}`, code).not.toMatch(/!|\bplease\b|\boops\b/i)
    }
  })
})

describe('whatever was thrown', () => {
  it('a known refusal becomes our sentence, with the request to report', () => {
    const trouble = readTrouble(refusal({ code: 'rate_limited', status: 429, retryAfterMs: 3000 }))
    expect(trouble).toMatchObject({
      ...t.errors.rate_limited,
      requestId: 'req_1',
      retryAfterMs: 3000,
    })
  })
  it('an unknown code keeps the words of the server', () => {
    expect(readTrouble(refusal({ code: 'from_the_future', status: 409 }))).toMatchObject({
      sentence: 'detail of the server',
      action: 'remedy of the server',
      who: 'you',
    })
  })
  it('a code whose reason matters keeps the sentence that carries it', () => {
    const detail = 'This is not possible now: it has already ended.'
    expect(readTrouble(refusal({ code: 'state_conflict', status: 409, detail })).sentence).toBe(
      detail,
    )
  })
  it('no answer, and what is no error at all, have a sentence, too', () => {
    expect(readTrouble(new NetworkProblem('unreachable', 'x')).sentence).toBe(
      t.errors.network.sentence,
    )
    for (const thrown of [new Error('x'), 'text', undefined, null, 7])
      expect(readTrouble(thrown).sentence).toBe(t.errors.unknown.sentence)
  })
  it('a code that is a name of every object is unknown', () => {
    expect(readTrouble(refusal({ code: 'constructor', status: 400 })).sentence).toBe(
      'detail of the server',
    )
  })
})

it.each([
  ['/radius', 'radius'],
  ['/input/radius', 'radius'],
  ['/input/pictures/0', 'pictures'],
  ['/input', 'input'],
  ['/a~1b~0c', 'a/b~c'],
  ['', undefined],
])('the pointer %s blames %s', (pointer, name) => {
  expect(fieldOfPointer(pointer)).toBe(name)
})
