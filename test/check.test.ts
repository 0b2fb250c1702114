import { describe, expect, it } from 'vitest'
import { checks, run } from '../tools/check.ts'

/** The checks of `npm run check`, one test each, so that their failures stand in the count. */
describe('npm run check', () => {
  it.each(checks)(
    '$name',
    async check => {
      const { ok, output } = await run(check)
      expect(ok ? 'ok' : output).toBe('ok')
    },
    200_000,
  )
})
