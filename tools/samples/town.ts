import { blur, Dice, ellipse, polygon, radial, rect, scene, vertical, type Scene } from './svg.ts'

type Point = readonly [number, number]

/** Half the width of a field of the ground; fields are twice as wide as high, so all looks seen from above. */
const HALF = 34

function at(column: number, row: number, lift = 0): Point {
  return [512 + (column - row) * HALF, -190 + (column + row) * HALF * 0.5 - lift]
}

function field(column: number, row: number, fill: string, across = 1, down = 1): string {
  return polygon(
    [
      at(column, row),
      at(column + across, row),
      at(column + across, row + down),
      at(column, row + down),
    ],
    fill,
  )
}

function box(
  column: number,
  row: number,
  across: number,
  down: number,
  tall: number,
  left: string,
  right: string,
  top: string,
): string {
  return [
    polygon(
      [
        at(column, row + down),
        at(column + across, row + down),
        at(column + across, row + down, tall),
        at(column, row + down, tall),
      ],
      left,
    ),
    polygon(
      [
        at(column + across, row),
        at(column + across, row + down),
        at(column + across, row + down, tall),
        at(column + across, row, tall),
      ],
      right,
    ),
    polygon(
      [
        at(column, row, tall),
        at(column + across, row, tall),
        at(column + across, row + down, tall),
        at(column, row + down, tall),
      ],
      top,
    ),
  ].join('')
}

const HOUSES = [
  ['#f4e4c8', '#d9bf94', '#c8553d', '#9c3f2d'],
  ['#ffffff', '#d5d9de', '#4d6a86', '#36506a'],
  ['#f7d6bf', '#dba98a', '#8d3b35', '#682a27'],
  ['#e7efe4', '#bccdb9', '#5d7a4f', '#465f3b'],
  ['#fbeed0', '#e0c88f', '#d1803b', '#a9622a'],
] as const

function house(dice: Dice, column: number, row: number): string {
  const [light, dark, roof, roofDark] = dice.pick(HOUSES)
  const [a, b] = [column + 0.16, row + 0.16]
  const [across, down] = [0.68, 0.68]
  const tall = dice.between(20, 34)
  const ridgeLift = tall + dice.between(14, 20)
  const front = (share: number, from: number, to: number, fill: string, width = 0.13): string =>
    polygon(
      [
        at(a + across * share, b + down, from),
        at(a + across * (share + width), b + down, from),
        at(a + across * (share + width), b + down, to),
        at(a + across * share, b + down, to),
      ],
      fill,
    )
  const side = (share: number, from: number, to: number, fill: string): string =>
    polygon(
      [
        at(a + across, b + down * share, from),
        at(a + across, b + down * (share + 0.15), from),
        at(a + across, b + down * (share + 0.15), to),
        at(a + across, b + down * share, to),
      ],
      fill,
    )
  const [overhang, middle] = [0.06, b + down / 2]
  return [
    polygon(
      [
        at(a + across, b),
        at(a + across + 0.5, b + 0.2),
        at(a + across + 0.5, b + down + 0.16),
        at(a + across, b + down),
      ],
      '#12261a',
      'opacity="0.22"',
    ),
    box(a, b, across, down, tall, light, dark, light),
    polygon(
      [at(a + across, b, tall), at(a + across, b + down, tall), at(a + across, middle, ridgeLift)],
      dark,
    ),
    front(0.14, 8, 18, '#5f7f9c'),
    front(0.42, 0, 15, '#6b4a38', 0.16),
    front(0.72, 8, 18, '#5f7f9c'),
    side(0.2, 8, 18, '#48637d'),
    side(0.62, 8, 18, '#48637d'),
    polygon(
      [
        at(a - overhang, b - overhang, tall - 2),
        at(a + across + overhang, b - overhang, tall - 2),
        at(a + across + overhang, middle, ridgeLift),
        at(a - overhang, middle, ridgeLift),
      ],
      roofDark,
    ),
    polygon(
      [
        at(a - overhang, b + down + overhang, tall - 3),
        at(a + across + overhang, b + down + overhang, tall - 3),
        at(a + across + overhang, middle, ridgeLift),
        at(a - overhang, middle, ridgeLift),
      ],
      roof,
    ),
    `<g transform="translate(0 ${(9 - ridgeLift).toFixed(1)})">${box(a + 0.15, middle - 0.12, 0.1, 0.1, 13, '#a5644f', '#7f4a3a', '#5b3329')}</g>`,
  ].join('')
}

function tree(dice: Dice, column: number, row: number): string {
  const [x, y] = at(column, row)
  const size = dice.between(8, 15)
  const [dark, mid, light] = dice.pick([
    ['#2f5d34', '#4a8a45', '#79b564'],
    ['#3a6b2f', '#5f9c46', '#93c46a'],
    ['#7a5a1e', '#c98f2c', '#efc15a'],
    ['#8a3b2a', '#c85f3a', '#ec9257'],
  ] as const)
  return [
    ellipse(x + size * 0.8, y + size * 0.1, size * 1.2, size * 0.5, '#12261a', 'opacity="0.25"'),
    rect(x - 1.5, y - size, 3, size, '#5b4030'),
    ellipse(x, y - size * 1.5, size, size * 1.05, dark),
    ellipse(x - size * 0.12, y - size * 1.65, size * 0.8, size * 0.8, mid),
    ellipse(x - size * 0.3, y - size * 1.85, size * 0.42, size * 0.42, light),
  ].join('')
}

function car(dice: Dice, column: number, row: number, along: boolean): string {
  const [top, left, right] = dice.pick([
    ['#e74c3c', '#b83227', '#8f2219'],
    ['#3498db', '#2471a3', '#1a5276'],
    ['#f4d03f', '#c9a227', '#9a7d0a'],
    ['#ecf0f1', '#bdc3c7', '#95a5a6'],
    ['#2ecc71', '#239b56', '#196f3d'],
  ] as const)
  const [across, down] = along ? [0.42, 0.19] : [0.19, 0.42]
  const [roofAcross, roofDown] = along ? [0.22, 0.17] : [0.17, 0.22]
  const [insetA, insetB] = along ? [0.1, 0.01] : [0.01, 0.1]
  const [x, y] = at(column + across / 2, row + down / 2)
  return [
    ellipse(x + 5, y + 3, 13, 6, '#101418', 'opacity="0.35"'),
    box(column, row, across, down, 7, left, right, top),
    `<g transform="translate(0 -7)">${box(column + insetA, row + insetB, roofAcross, roofDown, 6, '#2c3e50', '#1c2833', top)}</g>`,
  ].join('')
}

function church(column: number, row: number): string {
  const tip = at(column + 0.35, row + 0.35, 168)
  const spire = (one: Point, other: Point, fill: string): string => polygon([one, other, tip], fill)
  return [
    polygon(
      [
        at(column + 2, row),
        at(column + 2.9, row + 0.3),
        at(column + 2.9, row + 1.2),
        at(column + 2, row + 1),
      ],
      '#12261a',
      'opacity="0.22"',
    ),
    box(column + 0.6, row, 1.4, 0.9, 42, '#f3ead9', '#cfc0a4', '#f3ead9'),
    polygon(
      [at(column + 2, row, 42), at(column + 2, row + 0.9, 42), at(column + 2, row + 0.45, 72)],
      '#cfc0a4',
    ),
    polygon(
      [
        at(column + 0.6, row, 42),
        at(column + 2.05, row - 0.05, 41),
        at(column + 2.05, row + 0.45, 72),
        at(column + 0.6, row + 0.45, 72),
      ],
      '#4f3f4a',
    ),
    polygon(
      [
        at(column + 0.55, row + 0.96, 40),
        at(column + 2.05, row + 0.96, 40),
        at(column + 2.05, row + 0.45, 72),
        at(column + 0.55, row + 0.45, 72),
      ],
      '#6d5866',
    ),
    box(column, row, 0.7, 0.9, 98, '#fbf4e6', '#d8cab0', '#fbf4e6'),
    spire(at(column - 0.04, row + 0.94, 97), at(column + 0.74, row + 0.94, 97), '#7a6473'),
    spire(at(column + 0.74, row - 0.04, 97), at(column + 0.74, row + 0.94, 97), '#55444f'),
    ...[0.2, 0.45].map(share =>
      polygon(
        [
          at(column + share, row + 0.9, 62),
          at(column + share + 0.12, row + 0.9, 62),
          at(column + share + 0.12, row + 0.9, 84),
          at(column + share, row + 0.9, 84),
        ],
        '#5c6b7c',
      ),
    ),
  ].join('')
}

/** A small town seen from above on a sunny afternoon. */
export function town(): Scene {
  const dice = new Dice(29)
  const [width, height] = [1024, 683]
  const ground: string[] = []
  const things: { depth: number; svg: string }[] = []
  const put = (depth: number, svg: string): void => void things.push({ depth, svg })
  const isStreet = (index: number): boolean => index % 5 === 2
  for (let column = -4; column < 34; column++) {
    for (let row = -4; row < 34; row++) {
      const [x, y] = at(column + 0.5, row + 0.5)
      if (x < -80 || x > width + 80 || y < -60 || y > height + 120) continue
      const isRiver = row - column > 7 && row - column < 10
      const [streetColumn, streetRow] = [isStreet(column), isStreet(row)]
      if (isRiver) {
        ground.push(field(column, row, dice.pick(['#4a90a4', '#4f97ab', '#4689a0']), 1.02, 1.02))
        if (streetRow)
          put(column + row, box(column, row + 0.15, 1.02, 0.7, 6, '#b9a58c', '#94826c', '#8a8f94'))
        else if (dice.chance(0.18))
          put(
            column + row,
            `<path d="M${x - 14} ${y} q7 -4 14 0 t14 0" stroke="#d9f0f5" stroke-opacity="0.7" stroke-width="1.6" fill="none"/>`,
          )
        continue
      }
      ground.push(
        field(
          column,
          row,
          streetColumn || streetRow
            ? '#8b9096'
            : dice.pick(['#8fbf6a', '#86b763', '#98c774', '#7fb05e']),
          1.02,
          1.02,
        ),
      )
      if (streetColumn || streetRow) {
        if (!(streetColumn && streetRow)) {
          const line = streetColumn
            ? [at(column + 0.5, row + 0.25), at(column + 0.5, row + 0.75)]
            : [at(column + 0.25, row + 0.5), at(column + 0.75, row + 0.5)]
          const [from, to] = line
          if (from && to)
            ground.push(
              `<path d="M${from[0]} ${from[1]} L${to[0]} ${to[1]}" stroke="#f2f2ea" stroke-width="1.6"/>`,
            )
          if (dice.chance(0.3))
            put(
              column + row + 0.2,
              streetColumn
                ? car(dice, column + (dice.chance(0.5) ? 0.2 : 0.62), row + 0.3, false)
                : car(dice, column + 0.3, row + (dice.chance(0.5) ? 0.2 : 0.62), true),
            )
        }
        continue
      }
      const isSquare = column >= 13 && column <= 16 && row >= 13 && row <= 16
      if (isSquare) {
        ground.push(field(column, row, '#d8c9ad', 1.02, 1.02))
        if (column === 13 && row === 14) put(column + row + 2, church(column + 0.3, row + 0.2))
        else if (row === 16 && dice.chance(0.7))
          put(column + row, tree(dice, column + 0.5, row + 0.6))
        continue
      }
      if (dice.chance(0.62)) put(column + row, house(dice, column, row))
      else
        for (let count = dice.whole(1, 3); count > 0; count--)
          put(
            column + row + 0.1,
            tree(dice, column + dice.between(0.15, 0.85), row + dice.between(0.15, 0.85)),
          )
    }
  }
  const defs = [
    radial('sunlight', ['0 #fff6d0 0.5', '1 #fff6d0 0'], '50% 50%'),
    vertical('air', '0 #cfe3f2 0.5', '0.45 #cfe3f2 0', '1 #1b2a20 0.16'),
    blur('soft', 4),
  ].join('')
  const drawn = things.toSorted((one, other) => one.depth - other.depth).map(({ svg }) => svg)
  const body = [
    rect(0, 0, width, height, '#86b763'),
    ...ground,
    ...drawn,
    ellipse(260, 120, 620, 420, 'url(#sunlight)'),
    rect(0, 0, width, height, 'url(#air)'),
  ].join('')
  return scene(width, height, defs, body)
}
