import { describe, expect, it } from 'vitest'
import { imageTypes } from '@bp/contracts/assets'
import { pictureFault, pictureLimits } from './check-picture.ts'

const site = {
  upload_bytes_max: 1_000_000,
  image_pixels_max: 1_000_000,
  image_types: [...imageTypes],
}
const limits = pictureLimits(site)
const file = (facts: { name?: string; type?: string; size?: number }) => ({
  name: 'a.png',
  type: 'image/png',
  size: 10,
  ...facts,
})

describe('before the first byte is sent', () => {
  it('a picture that fits is fine', () => {
    for (const type of imageTypes) expect(pictureFault(file({ type }), limits)).toBeUndefined()
  })
  it.each([
    ['no picture', file({ type: '' }), /no picture/],
    ['a PDF', file({ type: 'application/pdf' }), /application\/pdf/],
    ['SVG', file({ type: 'image/svg+xml' }), /PNG/],
    ['HEIC by its name alone', file({ name: 'IMG_1.HEIC', type: '' }), /JPEG/],
    ['an empty file', file({ size: 0 }), /empty/],
    ['too large a file', file({ size: 1_000_001 }), /1 MB are allowed/],
  ])('%s is refused with words that help', (_, given, words) => {
    expect(pictureFault(given, limits)).toMatch(words)
  })
})

describe('limits', () => {
  it('are the tighter of site and field', () => {
    expect(pictureLimits(site, { max_bytes: 5, max_pixels: 9e9 })).toMatchObject({
      bytesMax: 5,
      pixelsMax: 1_000_000,
    })
    expect(pictureLimits(site, { accept: ['image/png'] }).types).toEqual(['image/png'])
    expect(pictureLimits(site, { accept: ['image/*'] }).types).toEqual([...imageTypes])
  })
  it('know the types also before the site has answered', () => {
    expect(pictureLimits(undefined).types).toEqual([...imageTypes])
  })
})
