import {
  clouds,
  Dice,
  disc,
  ellipse,
  horizontal,
  mountain,
  polygon,
  radial,
  rect,
  ridge,
  ripple,
  scene,
  shape,
  vertical,
  type Scene,
} from './svg.ts'

const WALLS = [
  '#c8553d',
  '#e0a458',
  '#5f7f8f',
  '#d8c3a5',
  '#8d5a6b',
  '#3f6c73',
  '#e07a5f',
  '#b5838d',
  '#f2cc8f',
  '#6d6875',
]

function house(dice: Dice, x: number, base: number, width: number, height: number): string {
  const wall = dice.pick(WALLS)
  const roof = dice.between(16, 34)
  const parts = [
    rect(x, base - height, width, height, wall),
    rect(x, base - height, width, height, 'url(#wallShade)'),
    polygon(
      [
        [x - 3, base - height],
        [x + width / 2, base - height - roof],
        [x + width + 3, base - height],
      ],
      dice.pick(['#4a2c2a', '#5b3a32', '#3d2b33']),
    ),
  ]
  const columns = Math.max(2, Math.round(width / 19))
  for (let row = 0; row * 26 < height - 34; row++) {
    for (let column = 0; column < columns; column++) {
      const lit = dice.chance(0.55)
      const left = x + 6 + (column * (width - 12)) / columns
      parts.push(
        rect(
          left,
          base - height + 10 + row * 26,
          8,
          13,
          lit ? dice.pick(['#ffd98a', '#ffe9b0', '#ffc15e']) : '#2b2d42',
          lit ? '' : 'opacity="0.8"',
        ),
      )
      if (lit)
        parts.push(
          disc(left + 4, base - height + 16 + row * 26, 14, 'url(#lamp)', 'opacity="0.35"'),
        )
    }
  }
  parts.push(rect(x + width / 2 - 5, base - 20, 10, 20, '#3b2a2a'))
  return parts.join('')
}

function boat(x: number, y: number, size: number, hull: string, sail: string | undefined): string {
  const mast = size * 1.75
  return [
    shape(
      `M${x - size} ${y - size * 0.22} Q${x} ${y + size * 0.1} ${x + size * 1.05} ${y - size * 0.3} L${x + size * 0.72} ${y + size * 0.18} L${x - size * 0.74} ${y + size * 0.18} Z`,
      hull,
    ),
    rect(x - size * 0.95, y - size * 0.2, size * 1.9, size * 0.06, '#f4e9d8', 'opacity="0.7"'),
    rect(x - size * 0.4, y - size * 0.5, size * 0.62, size * 0.32, '#e9dcc6'),
    rect(x - size * 0.3, y - size * 0.43, size * 0.14, size * 0.13, '#ffcf70'),
    rect(x - size * 0.06, y - size * 0.43, size * 0.14, size * 0.13, '#ffcf70'),
    rect(x + size * 0.3, y - mast, size * 0.045, mast * 0.92, '#2d1e2f'),
    sail === undefined
      ? ''
      : polygon(
          [
            [x + size * 0.36, y - mast * 0.95],
            [x + size * 0.36, y - size * 0.35],
            [x + size * 1.1, y - size * 0.4],
          ],
          sail,
        ),
    sail === undefined
      ? ''
      : polygon(
          [
            [x + size * 0.28, y - mast * 0.9],
            [x + size * 0.28, y - size * 0.35],
            [x - size * 0.38, y - size * 0.42],
          ],
          sail,
          'opacity="0.85"',
        ),
  ].join('')
}

/** A small harbour after sunset: lit houses, boats, their reflections. */
export function harbour(): Scene {
  const dice = new Dice(11)
  const [width, height, shore] = [1024, 683, 396]
  const houses: string[] = []
  for (let x = 430; x < width + 40;) {
    const across = dice.between(44, 78)
    houses.push(house(dice, x, shore, across, dice.between(78, 158)))
    x += across - 1
  }
  const tower = [
    rect(366, shore - 150, 40, 150, '#e8dcc8'),
    rect(366, shore - 150, 40, 150, 'url(#wallShade)'),
    rect(360, shore - 100, 52, 18, '#b5443a'),
    rect(366, shore - 168, 40, 20, '#2d2a3e'),
    disc(386, shore - 158, 8, '#fff3c4'),
    disc(386, shore - 158, 70, 'url(#lamp)'),
    polygon(
      [
        [360, shore - 168],
        [386, shore - 196],
        [412, shore - 168],
      ],
      '#b5443a',
    ),
  ]
  const land = [
    mountain(ridge(dice, width, 380, 95, 0.55), shore, '#5b4b7a'),
    mountain(ridge(dice, width, 392, 60, 0.5), shore, '#43385f'),
    ...houses,
    ...tower,
    rect(340, shore - 6, width, 12, '#2a2233'),
  ].join('')
  const lamps = Array.from({ length: 9 }, (_, index) => {
    const x = 360 + index * 78
    return (
      rect(x, shore - 34, 2.4, 34, '#1d1826') +
      disc(x + 1, shore - 36, 3.4, '#fff1c2') +
      disc(x + 1, shore - 36, 26, 'url(#lamp)')
    )
  }).join('')
  const fleet = [
    boat(250, 470, 62, '#7d2e3a', '#f7e3c0'),
    boat(640, 446, 44, '#1f4e5f', undefined),
    boat(820, 520, 76, '#24304f', '#f2b880'),
    boat(112, 560, 88, '#1b2a41', undefined),
  ]
  const glints = Array.from({ length: 90 }, () => {
    const y = dice.between(shore + 14, height)
    const depth = (y - shore) / (height - shore)
    return rect(
      dice.between(-20, width),
      y,
      dice.between(14, 60) * (0.5 + depth),
      1.2 + depth * 1.6,
      dice.pick(['#ffd9a0', '#ffb38a', '#fbe3c8']),
      `opacity="${dice.between(0.08, 0.4).toFixed(2)}"`,
    )
  }).join('')
  const defs = [
    vertical('sky', '0 #20244f', '0.3 #4b3b78', '0.58 #a1507d', '0.8 #ef8354', '1 #ffc27a'),
    vertical('water', '0 #f0986c', '0.22 #93527c', '0.6 #3c3566', '1 #171a38'),
    horizontal('wallShade', '0 #000000 0.28', '0.35 #000000 0', '1 #1a1230 0.4'),
    radial('lamp', ['0 #ffd27a 0.85', '0.4 #ffb45e 0.3', '1 #ffb45e 0']),
    radial('sun', ['0 #fff6d8 1', '0.12 #ffe2a0 0.95', '0.35 #ffb36a 0.5', '1 #ff8a5c 0']),
    clouds('clouds', '0.0035 0.014', [1, 0.72, 0.62], 4, 3.4, -1.75),
    clouds('darkClouds', '0.004 0.018', [0.22, 0.16, 0.36], 9, 3.2, -1.7),
    ripple('ripple', '0.012 0.09', 26, 3),
    radial('path', ['0 #ffe6b8 0.85', '0.5 #ffc58a 0.35', '1 #ffb07a 0']),
    `<clipPath id="below">${rect(0, shore, width, height - shore, '#000')}</clipPath>`,
  ].join('')
  const mirrored = `<g transform="translate(0 ${2 * shore}) scale(1 -1)" filter="url(#ripple)" opacity="0.62">${land}${lamps}</g>`
  const body = [
    rect(0, 0, width, shore, 'url(#sky)'),
    rect(0, 0, width, 330, '#fff', 'filter="url(#darkClouds)" opacity="0.6"'),
    rect(0, 0, width, 380, '#fff', 'filter="url(#clouds)" opacity="0.75"'),
    ellipse(196, 378, 330, 190, 'url(#sun)'),
    disc(196, 366, 27, '#fff3cf'),
    land,
    lamps,
    rect(0, shore, width, height - shore, 'url(#water)'),
    mirrored,
    `<g filter="url(#ripple)">${ellipse(196, shore + 10, 46, 260, 'url(#path)', 'clip-path="url(#below)"')}</g>`,
    glints,
    ...fleet,
  ].join('')
  return scene(width, height, defs, body)
}
