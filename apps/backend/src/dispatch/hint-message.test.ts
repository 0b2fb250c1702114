import { expect, it } from 'vitest'
import { brandId, type JobId, type UserId } from '@bp/contracts/ids'
import { hintsMax, readHintMessage, writeHintMessage } from './hint-message.ts'
import type { JobHint } from './hints.ts'

const hint: JobHint = {
  jobId: brandId<JobId>(7_000_000_000_000_000_001n),
  userId: brandId<UserId>(3n),
  what: 'job',
}

it('a message says what was meant', () => {
  const message = { from: 'a', work: true, jobs: [hint, { ...hint, what: 'progress' as const }] }
  expect(readHintMessage(writeHintMessage(message))).toEqual(message)
})

it('what is none is left alone, and of what is one the rows that make sense are taken', () => {
  for (const text of ['', '{', 'null', '[]', '{"work":true}', ' '.repeat(200_000)])
    expect([text.slice(0, 20), readHintMessage(text)]).toEqual([text.slice(0, 20), undefined])
  const written = writeHintMessage({ from: 'a', work: false, jobs: [hint] })
  const odd = written.replace('[[', '[null,["x","y","job"],["job_1"],[')
  expect(readHintMessage(odd)).toEqual({ from: 'a', work: false, jobs: [hint] })
  expect(readHintMessage('{"from":"a","jobs":{},"new":1}')).toEqual({
    from: 'a',
    work: false,
    jobs: [],
  })
})

it('a whole one fits into the bound of a text', () => {
  const jobs = Array.from({ length: hintsMax }, () => ({ ...hint, what: 'progress' as const }))
  expect(readHintMessage(writeHintMessage({ from: 'a', work: true, jobs }))?.jobs).toHaveLength(
    hintsMax,
  )
})
