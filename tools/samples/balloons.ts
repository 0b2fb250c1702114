import {
  blur,
  clouds,
  Dice,
  ellipse,
  horizontal,
  mountain,
  rect,
  radial,
  ridge,
  scene,
  shape,
  vertical,
  disc,
  type Scene,
} from './svg.ts'

const SILKS = [
  ['#e63946', '#f1faee', '#457b9d'],
  ['#ffb703', '#fb8500', '#d62828'],
  ['#8338ec', '#ff006e', '#ffbe0b'],
  ['#2a9d8f', '#e9c46a', '#e76f51'],
  ['#0077b6', '#caf0f8', '#00b4d8'],
] as const

function balloon(x: number, y: number, size: number, silk: readonly string[]): string {
  const bottom = y + size * 1.28
  const outline = (share: number): string =>
    `M${x} ${y - size} C ${x + size * 1.28 * share} ${y - size} ${x + size * 1.22 * share} ${y + size * 0.42} ${x + size * 0.2 * share} ${bottom} L${x - size * 0.2 * share} ${bottom} C ${x - size * 1.22 * share} ${y + size * 0.42} ${x - size * 1.28 * share} ${y - size} ${x} ${y - size} Z`
  const stripes = [1, 0.84, 0.64, 0.42, 0.2]
    .map((share, index) => shape(outline(share), silk[index % silk.length] ?? '#fff'))
    .join('')
  const id = `clip${Math.round(x)}`
  return [
    `<clipPath id="${id}"><path d="${outline(1)}"/></clipPath>`,
    stripes,
    `<g clip-path="url(#${id})">${rect(x - size * 1.3, y - size * 0.08, size * 2.6, size * 0.2, silk[2] ?? '#fff', 'opacity="0.85"')}${rect(x - size * 1.3, y - size * 1.1, size * 2.6, size * 2.6, 'url(#silk)')}${ellipse(x - size * 0.42, y - size * 0.45, size * 0.3, size * 0.5, '#fff', 'opacity="0.32" filter="url(#sheen)"')}</g>`,
    ...[-0.16, 0.16].map(
      side =>
        `<path d="M${x + size * side} ${bottom} L${x + size * side * 0.8} ${bottom + size * 0.32}" stroke="#4b3a32" stroke-width="${size * 0.025}"/>`,
    ),
    rect(
      x - size * 0.15,
      bottom + size * 0.3,
      size * 0.3,
      size * 0.22,
      '#7a5236',
      `rx="${size * 0.04}"`,
    ),
    rect(x - size * 0.15, bottom + size * 0.3, size * 0.3, size * 0.05, '#4b3222'),
    ellipse(
      x,
      bottom + size * 0.06,
      size * 0.09,
      size * 0.16,
      '#ffd27a',
      'opacity="0.9" filter="url(#flame)"',
    ),
  ].join('')
}

/** Hot-air balloons over misty hills at sunrise. */
export function balloons(): Scene {
  const dice = new Dice(3)
  const [width, height] = [1024, 683]
  const tones = ['#b79bbb', '#9a86b0', '#7b739f', '#5d668b', '#45597a', '#2f4a63', '#1f3a4b']
  const hills = tones
    .map((tone, index) => {
      const base = 452 + index * 36
      const points = ridge(dice, width, base, 66 + index * 4, 0.48)
      return (
        mountain(points, height, tone) +
        rect(0, base - 16, width, 52, 'url(#mist)', 'opacity="0.75"')
      )
    })
    .join('')
  const trees = Array.from({ length: 130 }, () => {
    const x = dice.between(0, width)
    const y = dice.between(640, 690)
    const tall = dice.between(12, 34)
    return ellipse(
      x,
      y - tall / 2,
      tall * 0.3,
      tall * 0.62,
      dice.pick(['#16303f', '#1b3846', '#122833']),
    )
  }).join('')
  const defs = [
    vertical('sky', '0 #5b8fd0', '0.35 #a9c4e0', '0.6 #ffe0b5', '0.78 #ffc28f', '1 #f7a072'),
    vertical('mist', '0 #fff1dc 0', '0.6 #ffe9d0 0.6', '1 #ffe9d0 0'),
    horizontal('silk', '0 #ffffff 0.16', '0.35 #ffffff 0', '0.62 #1a1030 0.08', '1 #1a1030 0.5'),
    radial('sun', ['0 #fffdf0 1', '0.1 #fff2c4 0.95', '0.35 #ffdf9e 0.5', '1 #ffcf8a 0']),
    clouds('high', '0.004 0.013', [1, 1, 1], 17, 3.5, -1.75),
    clouds('warm', '0.005 0.02', [1, 0.84, 0.68], 5, 3.5, -1.85),
    blur('sheen', 6),
    blur('flame', 2.4),
  ].join('')
  const body = [
    rect(0, 0, width, height, 'url(#sky)'),
    rect(0, 0, width, 420, '#fff', 'filter="url(#high)" opacity="0.85"'),
    rect(0, 0, width, 500, '#fff', 'filter="url(#warm)" opacity="0.7"'),
    ellipse(690, 430, 430, 300, 'url(#sun)'),
    disc(690, 425, 34, '#fffbe6'),
    balloon(880, 330, 26, SILKS[4]),
    balloon(560, 372, 19, SILKS[0]),
    hills,
    trees,
    balloon(190, 300, 54, SILKS[3]),
    balloon(770, 176, 66, SILKS[2]),
    balloon(430, 232, 112, SILKS[0]),
    balloon(930, 520, 40, SILKS[1]),
  ].join('')
  return scene(width, height, defs, body)
}
