import {
  blur,
  clouds,
  Dice,
  disc,
  ellipse,
  mountain,
  polygon,
  radial,
  rect,
  ridge,
  ripple,
  scene,
  vertical,
  type Scene,
} from './svg.ts'

function pine(dice: Dice, x: number, base: number, tall: number, colour: string): string {
  const tiers: string[] = [
    rect(x - tall * 0.02, base - tall * 0.12, tall * 0.04, tall * 0.14, '#2a1d17'),
  ]
  const count = 8
  for (let tier = 0; tier < count; tier++) {
    const share = tier / count
    const top = base - tall * (1 - share * 0.92)
    const half = tall * (0.05 + share * 0.17) * dice.between(0.9, 1.08)
    tiers.push(
      polygon(
        [
          [x, top],
          [x + half, top + tall * 0.17],
          [x + half * 0.35, top + tall * 0.145],
          [x, top + tall * 0.16],
          [x - half * 0.35, top + tall * 0.145],
          [x - half, top + tall * 0.17],
        ],
        colour,
      ),
    )
  }
  return tiers.join('')
}

/** Snow-capped mountains over a still lake in the evening. */
export function lake(): Scene {
  const dice = new Dice(42)
  const [width, height, shore] = [1024, 683, 430]
  const peaks = [
    [90, 330],
    [250, 190],
    [395, 300],
    [560, 110],
    [690, 260],
    [830, 170],
    [1000, 320],
  ] as const
  const outline = peaks.flatMap(([x, y], index) => {
    const next = peaks[index + 1]
    const points: (readonly [number, number])[] = [[x, y]]
    if (next !== undefined)
      for (let step = 1; step < 9; step++) {
        const share = step / 9
        points.push([
          x + (next[0] - x) * share + dice.between(-6, 6),
          y + (next[1] - y) * share + dice.between(-16, 12),
        ])
      }
    return points
  })
  const range = [[0, 380] as const, ...outline, [width, 350] as const]
  const snow = peaks
    .filter(([, y]) => y < 250)
    .map(([x, y]) => {
      const deep = (350 - y) * 0.62
      return polygon(
        [
          [x, y],
          [x + deep * 0.36, y + deep * 0.5],
          [x + deep * 0.26, y + deep * 0.46],
          [x + deep * 0.2, y + deep * 0.8],
          [x + deep * 0.08, y + deep * 0.52],
          [x - deep * 0.04, y + deep * 0.92],
          [x - deep * 0.14, y + deep * 0.5],
          [x - deep * 0.32, y + deep * 0.72],
          [x - deep * 0.34, y + deep * 0.48],
        ],
        'url(#snow)',
      )
    })
    .join('')
  const shade = peaks
    .map(([x, y]) =>
      polygon(
        [
          [x, y],
          [x + 120, shore],
          [x - 6, shore],
          [x + 14, y + 120],
        ],
        '#1b2350',
        'opacity="0.22"',
      ),
    )
    .join('')
  const far = [
    mountain(ridge(dice, width, 330, 80, 0.5), shore, '#a7a3d6', 'opacity="0.8"'),
    mountain(range, shore, 'url(#rock)'),
    shade,
    snow,
    rect(0, 300, width, 130, 'url(#haze)'),
    mountain(ridge(dice, width, 428, 62, 0.55), shore, '#2b3f63'),
    Array.from({ length: 110 }, () =>
      pine(
        dice,
        dice.between(0, width),
        shore + 2,
        dice.between(18, 46),
        dice.pick(['#1d3450', '#22405a', '#182c46']),
      ),
    ).join(''),
  ].join('')
  const near = [
    ellipse(120, height + 60, 330, 150, '#0b1826'),
    ellipse(width + 10, height + 40, 240, 100, '#0b1826'),
    ...Array.from({ length: 12 }, (_, index) =>
      pine(
        dice,
        index * 26 - 20 + dice.between(-8, 8),
        height + 12 - index * 7,
        dice.between(190, 330) - index * 9,
        dice.pick(['#0d1d2b', '#122836', '#0f2430']),
      ),
    ),
    ...Array.from({ length: 7 }, (_, index) =>
      pine(
        dice,
        width + 12 - index * 32 + dice.between(-8, 8),
        height + 10 - index * 5,
        dice.between(150, 250) - index * 14,
        dice.pick(['#0d1d2b', '#122836']),
      ),
    ),
  ].join('')
  const stars = Array.from({ length: 60 }, () =>
    disc(
      dice.between(0, width),
      dice.between(0, 150),
      dice.between(0.5, 1.5),
      '#fff',
      `opacity="${dice.between(0.2, 0.8).toFixed(2)}"`,
    ),
  ).join('')
  const glints = Array.from({ length: 70 }, () => {
    const y = dice.between(shore + 8, height - 30)
    return rect(
      dice.between(-20, width),
      y,
      dice.between(20, 120),
      1 + (y - shore) / 160,
      '#ffe3d0',
      `opacity="${dice.between(0.05, 0.26).toFixed(2)}"`,
    )
  }).join('')
  const defs = [
    vertical('sky', '0 #27306b', '0.35 #6a5aa8', '0.65 #e58aa0', '0.88 #ffc79a', '1 #ffe4b8'),
    vertical('water', '0 #ffb9a0', '0.25 #a877a8', '0.65 #3f4a86', '1 #141c3f'),
    vertical('rock', '0 #8f7fb8', '0.5 #56578f', '1 #34446f'),
    vertical('snow', '0 #fff6ee', '0.5 #ffd9cf', '1 #c9b8dd'),
    vertical('haze', '0 #ffd2b0 0', '1 #ffc9b0 0.55'),
    radial('sun', ['0 #fff3d0 1', '0.2 #ffd79a 0.75', '1 #ffb98a 0']),
    clouds('clouds', '0.004 0.016', [1, 0.82, 0.78], 21, 3.3, -1.72),
    ripple('ripple', '0.008 0.07', 18, 6),
    blur('soft', 2),
  ].join('')
  const body = [
    rect(0, 0, width, shore, 'url(#sky)'),
    stars,
    rect(0, 0, width, 370, '#fff', 'filter="url(#clouds)" opacity="0.8"'),
    ellipse(700, 330, 380, 220, 'url(#sun)'),
    far,
    rect(0, shore, width, height - shore, 'url(#water)'),
    `<g transform="translate(0 ${2 * shore}) scale(1 -1)" filter="url(#ripple)" opacity="0.6">${far}</g>`,
    rect(0, shore - 5, width, 14, '#ffe1cc', 'opacity="0.35" filter="url(#soft)"'),
    glints,
    near,
  ].join('')
  return scene(width, height, defs, body)
}
