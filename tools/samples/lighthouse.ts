import {
  blur,
  clouds,
  Dice,
  disc,
  ellipse,
  polygon,
  radial,
  rect,
  ripple,
  scene,
  shape,
  vertical,
  horizontal,
  type Scene,
} from './svg.ts'

function gull(x: number, y: number, size: number): string {
  return `<path d="M${x - size} ${y - size * 0.35} Q${x - size * 0.4} ${y - size * 0.7} ${x} ${y} Q${x + size * 0.4} ${y - size * 0.7} ${x + size} ${y - size * 0.35}" stroke="#24303c" stroke-width="${(size / 7).toFixed(1)}" fill="none" stroke-linecap="round"/>`
}

function rocks(dice: Dice, left: number, right: number, base: number, size: number): string {
  return Array.from({ length: 46 }, () => {
    const [x, y] = [dice.between(left, right), base + dice.between(-8, 34)]
    const r = dice.between(size * 0.4, size)
    const points = Array.from({ length: 7 }, (_, index) => {
      const angle = (index / 7) * Math.PI * 2 + dice.between(-0.2, 0.2)
      const reach = r * dice.between(0.75, 1.1)
      return [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach * 0.6] as const
    })
    const top = points.map(
      ([px, py]) => [px * 0.86 + x * 0.14 - r * 0.06, py * 0.8 + (y - r * 0.3) * 0.2] as const,
    )
    return (
      polygon(points, dice.pick(['#3d4650', '#4a545e', '#333b45'])) +
      polygon(top, dice.pick(['#66717c', '#76818b', '#5b6670']), 'opacity="0.85"')
    )
  }).join('')
}

/** A lighthouse on a cliff before a storm that clears. */
export function lighthouse(): Scene {
  const dice = new Dice(77)
  const [width, height, horizon] = [1024, 683, 452]
  const waves = Array.from({ length: 150 }, () => {
    const depth = dice.between(0, 1) ** 1.5
    const y = horizon + 8 + depth * (height - horizon)
    const across = dice.between(20, 90) * (0.4 + depth * 1.8)
    const x = dice.between(-60, width)
    return `<path d="M${x.toFixed(0)} ${y.toFixed(0)} q${(across / 2).toFixed(0)} ${(-3 - depth * 9).toFixed(0)} ${across.toFixed(0)} 0" stroke="${dice.pick(['#eaf2f4', '#cfdfe4', '#9fb9c4', '#ffffff'])}" stroke-opacity="${dice.between(0.12, 0.55).toFixed(2)}" stroke-width="${(0.8 + depth * 3).toFixed(1)}" fill="none"/>`
  }).join('')
  const foam = Array.from({ length: 120 }, () => {
    const x = dice.between(350, 520)
    const y = dice.between(586, 672) - (x - 350) * 0.12
    const across = dice.between(10, 44)
    return `<path d="M${x.toFixed(0)} ${y.toFixed(0)} q${(across / 2).toFixed(0)} ${dice.between(-9, -2).toFixed(0)} ${across.toFixed(0)} ${dice.between(-3, 3).toFixed(0)}" stroke="#f4fafc" stroke-opacity="${dice.between(0.25, 0.85).toFixed(2)}" stroke-width="${dice.between(1, 4).toFixed(1)}" stroke-linecap="round" fill="none"/>`
  }).join('')
  const cliff = shape(
    `M420 ${height} L452 600 L500 566 L520 520 L560 500 L590 448 L640 430 L700 402 L780 392 L850 398 L920 378 L${width} 384 L${width} ${height} Z`,
    'url(#cliff)',
  )
  const strata = Array.from({ length: 46 }, () => {
    const [x, y] = [dice.between(520, width), dice.between(430, 660)]
    return polygon(
      [
        [x, y],
        [x + dice.between(20, 90), y + dice.between(-14, 8)],
        [x + dice.between(10, 70), y + dice.between(14, 44)],
      ],
      dice.pick(['#20272f', '#6d7680', '#8b939a', '#2b333c']),
      `opacity="${dice.between(0.12, 0.4).toFixed(2)}"`,
    )
  }).join('')
  const grass = Array.from({ length: 420 }, () => {
    const x = dice.between(588, width)
    const base =
      x < 700 ? 448 - (x - 588) * 0.4 : x < 850 ? 403 - (x - 700) * 0.03 : 398 - (x - 850) * 0.08
    const y = base + dice.between(-2, 22)
    return `<path d="M${x.toFixed(0)} ${y.toFixed(0)} l${dice.between(-3, 7).toFixed(1)} ${dice.between(-15, -5).toFixed(1)}" stroke="${dice.pick(['#7c8f5a', '#5b7044', '#98a86a', '#465a38'])}" stroke-width="1.5"/>`
  }).join('')
  const tower = [
    polygon(
      [
        [714, 402],
        [734, 166],
        [802, 166],
        [822, 402],
      ],
      '#f2efe8',
    ),
    ...[
      [0.16, 0.34],
      [0.55, 0.74],
    ].map(([from = 0, to = 0]) => {
      const at = (share: number): readonly [number, number, number] => [
        714 + 20 * (1 - share),
        822 - 20 * (1 - share),
        166 + 236 * share,
      ]
      const [left, right, top] = at(from)
      const [left2, right2, bottom] = at(to)
      return polygon(
        [
          [left, top],
          [right, top],
          [right2, bottom],
          [left2, bottom],
        ],
        '#b8342f',
      )
    }),
    polygon(
      [
        [714, 402],
        [734, 166],
        [802, 166],
        [822, 402],
      ],
      'url(#round)',
    ),
    ...[
      [764, 210],
      [764, 290],
      [764, 356],
    ].map(([x = 0, y = 0]) => rect(x - 6, y, 13, 22, '#2b3440', 'rx="6"')),
    rect(722, 156, 92, 12, '#3a424c'),
    ...Array.from({ length: 13 }, (_, index) => rect(724 + index * 7.2, 140, 1.8, 18, '#3a424c')),
    rect(722, 138, 92, 3, '#3a424c'),
    rect(742, 104, 52, 52, '#fff4c9'),
    ...[742, 758, 774, 790].map(x => rect(x, 104, 3, 52, '#39414b')),
    polygon(
      [
        [734, 106],
        [768, 70],
        [802, 106],
      ],
      '#b8342f',
    ),
    disc(768, 68, 5, '#39414b'),
    rect(836, 352, 96, 48, '#ece7dc'),
    polygon(
      [
        [828, 354],
        [850, 320],
        [920, 320],
        [940, 354],
      ],
      '#8d3b35',
    ),
    rect(852, 368, 14, 14, '#2d3640'),
    rect(900, 366, 16, 34, '#6b3f33'),
    rect(836, 352, 96, 48, 'url(#round)', 'opacity="0.6"'),
  ].join('')
  const beams = [
    polygon(
      [
        [768, 130],
        [-60, -40],
        [-60, 170],
      ],
      'url(#beam)',
      'filter="url(#glow)"',
    ),
    polygon(
      [
        [768, 130],
        [1100, 40],
        [1100, 190],
      ],
      'url(#beamRight)',
      'filter="url(#glow)"',
    ),
  ].join('')
  const defs = [
    vertical('sky', '0 #2b3b50', '0.35 #50697f', '0.7 #a9b9bd', '1 #f0dfc0'),
    vertical('sea', '0 #c3cdc8', '0.15 #6f8c9a', '0.6 #2f4d62', '1 #142736'),
    vertical('cliff', '0 #6b7466', '0.16 #59626a', '0.6 #353e48', '1 #1b222a'),
    horizontal('round', '0 #000000 0.34', '0.3 #ffffff 0.12', '0.55 #000000 0', '1 #0b1018 0.5'),
    horizontal('beam', '0 #fff4c9 0', '1 #fff4c9 0.6'),
    horizontal('beamRight', '0 #fff4c9 0.55', '1 #fff4c9 0'),
    radial('sun', ['0 #fff7df 1', '0.3 #ffeec2 0.6', '1 #ffe6b0 0']),
    radial('lamp', ['0 #fffbe6 1', '0.3 #fff0b8 0.6', '1 #fff0b8 0']),
    clouds('storm', '0.0038 0.011', [0.13, 0.18, 0.25], 31, 3.6, -1.55),
    clouds('bright', '0.005 0.016', [1, 0.97, 0.9], 14, 3.6, -1.85),
    ripple('swell', '0.01 0.06', 10, 8),
    blur('glow', 7),
  ].join('')
  const body = [
    rect(0, 0, width, horizon, 'url(#sky)'),
    ellipse(240, 440, 420, 220, 'url(#sun)'),
    rect(0, 0, width, 400, '#fff', 'filter="url(#storm)" opacity="0.8"'),
    rect(0, 0, width, 430, '#fff', 'filter="url(#bright)" opacity="0.85"'),
    beams,
    rect(0, horizon, width, height - horizon, 'url(#sea)'),
    ellipse(240, horizon + 6, 260, 36, 'url(#sun)', 'opacity="0.9"'),
    `<g filter="url(#swell)">${waves}</g>`,
    cliff,
    strata,
    rocks(dice, 420, 600, 622, 24),
    rocks(dice, 620, 1010, 640, 34),
    foam,
    grass,
    disc(768, 130, 96, 'url(#lamp)'),
    tower,
    disc(768, 130, 34, 'url(#lamp)'),
    gull(300, 170, 22),
    gull(366, 208, 16),
    gull(244, 232, 13),
    gull(520, 120, 18),
    gull(455, 262, 10),
  ].join('')
  return scene(width, height, defs, body)
}
