import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '..', 'src')
const tokens = readFileSync(join(src, 'ui', 'tokens.css'), 'utf8')
const sheets = Object.fromEntries(
  globSync('**/*.module.css', { cwd: src }).map(name => [
    name,
    readFileSync(join(src, name), 'utf8'),
  ]),
)

/** Both values of each `light-dark()` token. */
const colours = new Map<string, readonly [string, string]>()
for (const [, name, light, dark] of tokens.matchAll(
  /--([a-z0-9-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)/g,
))
  if (name !== undefined && light !== undefined && dark !== undefined)
    colours.set(name, [light, dark])

function luminance(hex: string): number {
  const full = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/g, '$&$&') : hex
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string, theme: 0 | 1): number {
  const one = luminance(colours.get(a)?.[theme] ?? '')
  const two = luminance(colours.get(b)?.[theme] ?? '')
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)
}

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('in the %s theme', (_, theme) => {
  it('text can be read on every ground', () => {
    for (const text of ['t1', 't2', 't3', 'accent'])
      for (const ground of ['bg0', 'bg1', 'bg2', 'bg3'])
        expect(contrast(text, ground, theme), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })
  it('control borders can be seen', () => {
    for (const ground of ['bg0', 'bg1', 'bg2', 'bg3'])
      expect(contrast('control', ground, theme), ground).toBeGreaterThanOrEqual(3)
  })
  it('chip words stand out from their ground', () => {
    for (const tone of ['neutral', 'active', 'good', 'attention', 'bad'])
      expect(contrast(tone, `${tone}-bg`, theme), tone).toBeGreaterThanOrEqual(5)
  })
  it('white can be read on the accent', () => {
    expect(contrast('on-accent', 'accent-fill', theme)).toBeGreaterThanOrEqual(4.9)
  })
})

describe('style sheets', () => {
  it('take every colour from the tokens', () => {
    for (const [file, css] of Object.entries(sheets))
      expect(css.match(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(/gi), file).toBeNull()
  })
  it('use only tokens that exist', () => {
    const known = new Set([...tokens.matchAll(/--([a-z0-9-]+):/g)].map(match => match[1]))
    for (const [file, css] of Object.entries(sheets)) {
      const own = new Set([...css.matchAll(/--([a-z0-9-]+):/g)].map(match => match[1]))
      for (const [, name = ''] of css.matchAll(/var\(--([a-z0-9-]+)/g))
        expect(
          known.has(name) || own.has(name) || name === 'trigger-width',
          `${file}: --${name}`,
        ).toBe(true)
    }
  })
  it('keep to the grid of four', () => {
    for (const [file, css] of Object.entries(sheets))
      for (const [, property, value = ''] of css.matchAll(
        /^\s*(gap|padding[a-z-]*|margin[a-z-]*): ([^;]+);/gm,
      ))
        for (const [, px] of value.matchAll(/(\d+)px/g))
          // Below 8 the half step is allowed: optical corrections of icons, chips and thumbs.
          expect(Number(px) % (Number(px) < 8 ? 1 : 4), `${file}: ${property}: ${value}`).toBe(0)
  })
})
