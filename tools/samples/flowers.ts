import {
  blur,
  Dice,
  disc,
  ellipse,
  radial,
  rect,
  scene,
  shape,
  vertical,
  type Scene,
} from './svg.ts'

function petal(length: number, breadth: number, fill: string): string {
  return shape(
    `M0 0 C ${-breadth} ${-length * 0.35} ${-breadth * 0.8} ${-length} 0 ${-length} C ${breadth * 0.8} ${-length} ${breadth} ${-length * 0.35} 0 0 Z`,
    fill,
  )
}

function flower(dice: Dice, x: number, y: number, size: number, hue: string): string {
  const layers: string[] = []
  for (const [scale, count, opacity] of [
    [1, 11, 1],
    [0.8, 10, 0.96],
    [0.56, 9, 0.95],
  ] as const) {
    const start = dice.between(0, 40)
    for (let index = 0; index < count; index++) {
      const turn = start + (index * 360) / count + dice.between(-5, 5)
      const length = size * scale * dice.between(0.92, 1.06)
      layers.push(
        `<g transform="rotate(${turn.toFixed(1)})" opacity="${opacity}">${petal(length, size * scale * 0.3, `url(#${hue})`)}${petal(length * 0.94, size * scale * 0.07, `url(#${hue}Vein)`)}</g>`,
      )
    }
  }
  const seeds = Array.from({ length: 70 }, (_, index) => {
    const angle = index * 2.399_96
    const radius = Math.sqrt(index / 70) * size * 0.2
    return disc(
      Math.cos(angle) * radius,
      Math.sin(angle) * radius,
      size * 0.018,
      index % 3 === 0 ? '#ffe08a' : '#c98a1b',
    )
  })
  return `<g transform="translate(${x} ${y}) scale(1 0.94)">${ellipse(0, size * 0.12, size * 0.95, size * 0.95, '#0c2415', 'opacity="0.25" filter="url(#shadow)"')}${layers.join('')}${disc(0, 0, size * 0.24, 'url(#heart)')}${seeds.join('')}</g>`
}

function stem(x: number, y: number, toX: number, toY: number): string {
  return `<path d="M${x} ${y} Q${(x + toX) / 2 + 26} ${(y + toY) / 2} ${toX} ${toY}" stroke="url(#stem)" stroke-width="9" fill="none" stroke-linecap="round"/>`
}

function leaf(x: number, y: number, length: number, turn: number): string {
  return `<g transform="translate(${x} ${y}) rotate(${turn})">${shape(`M0 0 C ${length * 0.2} ${-length * 0.3} ${length * 0.75} ${-length * 0.28} ${length} 0 C ${length * 0.75} ${length * 0.2} ${length * 0.2} ${length * 0.22} 0 0 Z`, 'url(#leaf)')}<path d="M4 0 L${length * 0.94} 0" stroke="#bfe3a1" stroke-opacity="0.55" stroke-width="1.6"/></g>`
}

/** Garden flowers in morning light before a blurred hedge. */
export function flowers(): Scene {
  const dice = new Dice(5)
  const [width, height] = [1024, 768]
  const bokeh = Array.from({ length: 75 }, () =>
    disc(
      dice.between(0, width),
      dice.between(-20, height * 0.85),
      dice.between(14, 58),
      dice.pick(['#fff1b8', '#d6f0a8', '#ffd6e8', '#a8dfb4', '#ffffff', '#ffe3a3']),
      `opacity="${dice.between(0.08, 0.34).toFixed(2)}" filter="url(#bokeh)"`,
    ),
  )
  const hedge = Array.from({ length: 240 }, () =>
    ellipse(
      dice.between(0, width),
      dice.between(120, height + 40),
      dice.between(20, 70),
      dice.between(12, 40),
      dice.pick(['#2f6b3f', '#3f8a4b', '#1f5133', '#5ba75c', '#27613d']),
      `opacity="${dice.between(0.25, 0.6).toFixed(2)}" filter="url(#far)"`,
    ),
  )
  const farFlowers = Array.from({ length: 16 }, () =>
    disc(
      dice.between(0, width),
      dice.between(240, height),
      dice.between(18, 40),
      dice.pick(['#ff8fb1', '#ffc857', '#f6f1ff', '#c77dff']),
      'opacity="0.65" filter="url(#far)"',
    ),
  )
  const blooms: readonly (readonly [number, number, number, string])[] = [
    [735, 196, 74, 'gold'],
    [250, 224, 92, 'lilac'],
    [880, 420, 96, 'rose'],
    [115, 508, 84, 'gold'],
    [520, 380, 158, 'rose'],
    [330, 590, 108, 'white'],
    [735, 615, 116, 'lilac'],
  ]
  const stems = blooms.map(([x, y]) => stem(x, y, x + (x < 512 ? 50 : -40), height + 40)).join('')
  const leaves = [
    leaf(560, 610, 190, 28),
    leaf(470, 640, 170, 158),
    leaf(230, 420, 120, 120),
    leaf(800, 560, 150, -24),
    leaf(120, 690, 150, -18),
    leaf(930, 640, 130, 200),
    leaf(610, 720, 150, -10),
  ].join('')
  const defs = [
    vertical('back', '0 #f4f3c1', '0.3 #b9dd97', '0.7 #4f9a5b', '1 #1c4a31'),
    radial('light', ['0 #fffbe0 0.95', '0.5 #fff2b0 0.4', '1 #fff2b0 0']),
    radial('heart', ['0 #f9c846', '0.6 #d98e1a', '1 #7a4a0c'], '40% 35%'),
    vertical('stem', '0 #7fbf6a', '1 #1f5a33'),
    vertical('leaf', '0 #8fd07a', '1 #2a6e3f'),
    ...(
      [
        ['rose', '#ffd3e0', '#f0578b', '#b31e5e'],
        ['gold', '#fff3c0', '#ffc145', '#e0861a'],
        ['lilac', '#efe0ff', '#a678e0', '#6437ad'],
        ['white', '#ffffff', '#f3edf7', '#c9bfdc'],
      ] as const
    ).flatMap(([name, tip, middle, root]) => [
      vertical(name, `0 ${tip}`, `0.55 ${middle}`, `1 ${root}`),
      vertical(`${name}Vein`, `0 ${root} 0.05`, `1 ${root} 0.55`),
    ]),
    blur('bokeh', 2.2),
    blur('far', 13),
    blur('shadow', 14),
  ].join('')
  const body = [
    rect(0, 0, width, height, 'url(#back)'),
    ...hedge,
    ...farFlowers,
    ...bokeh,
    ellipse(780, 60, 560, 420, 'url(#light)'),
    stems,
    leaves,
    ...blooms.map(([x, y, size, hue]) => flower(dice, x, y, size, hue)),
    ellipse(820, 20, 520, 380, 'url(#light)', 'opacity="0.45"'),
  ].join('')
  return scene(width, height, defs, body)
}
