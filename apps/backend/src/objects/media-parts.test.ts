import { expect, it } from 'vitest'
import { mediaParts } from './media-parts.ts'

it('says which way links lead, and warns where a CDN waits for its key', () => {
  const cdn = { host: 'd1.cloudfront.net', keyPairId: 'K2JCJMDEHXQW5F' }
  const said = (part: Parameters<typeof mediaParts>[0]) =>
    mediaParts(part).map(({ status, text }) => `${status} ${text}`)
  expect(said(undefined)).toEqual([])
  expect(said({ bucket: 'b', cdn, lacksKey: false })).toEqual(['ok Links lead to the CDN.'])
  expect(said({ bucket: 'b', cdn: undefined, lacksKey: false })).toEqual([
    'ok Links lead to the bucket.',
  ])
  expect(said({ bucket: 'b', cdn: undefined, lacksKey: true })).toEqual([
    expect.stringMatching(/^warn .*lead to the bucket.*secrets sync/),
  ])
})
