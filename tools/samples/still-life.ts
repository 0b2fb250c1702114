import {
  blur,
  clouds,
  Dice,
  ellipse,
  horizontal,
  polygon,
  radial,
  rect,
  scene,
  shape,
  vertical,
  type Scene,
} from './svg.ts'

function orange(x: number, y: number, size: number, look = 'orange'): string {
  return [
    ellipse(
      x + size * 0.3,
      y + size * 0.86,
      size * 1.15,
      size * 0.26,
      '#1a0f0a',
      'opacity="0.45" filter="url(#shadow)"',
    ),
    ellipse(x, y, size, size * 0.97, `url(#${look})`),
    ellipse(
      x,
      y,
      size,
      size * 0.97,
      '#fff',
      'filter="url(#peel)" opacity="0.16" clip-path="circle()"',
    ),
    ellipse(
      x - size * 0.34,
      y - size * 0.4,
      size * 0.24,
      size * 0.15,
      '#fff',
      'opacity="0.6" filter="url(#gloss)" transform="rotate(-30 ' +
        (x - size * 0.34) +
        ' ' +
        (y - size * 0.4) +
        ')"',
    ),
    ellipse(x + size * 0.1, y - size * 0.82, size * 0.1, size * 0.05, '#5b3a1a', 'opacity="0.7"'),
  ].join('')
}

function pear(x: number, y: number, size: number): string {
  const outline = `M${x} ${y - size * 1.35} C ${x + size * 0.42} ${y - size * 1.3} ${x + size * 0.34} ${y - size * 0.7} ${x + size * 0.7} ${y - size * 0.2} C ${x + size * 1.12} ${y + size * 0.4} ${x + size * 0.62} ${y + size} ${x} ${y + size} C ${x - size * 0.62} ${y + size} ${x - size * 1.12} ${y + size * 0.4} ${x - size * 0.7} ${y - size * 0.2} C ${x - size * 0.34} ${y - size * 0.7} ${x - size * 0.42} ${y - size * 1.3} ${x} ${y - size * 1.35} Z`
  return [
    ellipse(
      x + size * 0.35,
      y + size * 0.92,
      size * 1.1,
      size * 0.24,
      '#1a0f0a',
      'opacity="0.45" filter="url(#shadow)"',
    ),
    shape(outline, 'url(#pear)'),
    ellipse(
      x - size * 0.36,
      y + size * 0.05,
      size * 0.18,
      size * 0.42,
      '#fff',
      'opacity="0.4" filter="url(#gloss)"',
    ),
    `<path d="M${x} ${y - size * 1.32} q${size * 0.06} ${-size * 0.26} ${size * 0.24} ${-size * 0.36}" stroke="#4b3018" stroke-width="${size * 0.09}" fill="none" stroke-linecap="round"/>`,
  ].join('')
}

/** Fruit, a jug and a glass on a wooden table by a window. */
export function stillLife(): Scene {
  const dice = new Dice(8)
  const [width, height, table] = [1024, 768, 520]
  const jug = [
    ellipse(330, 600, 190, 36, '#120a08', 'opacity="0.5" filter="url(#shadow)"'),
    shape(
      'M262 214 C 250 250 252 280 238 320 C 190 400 176 520 232 592 C 260 616 372 616 400 592 C 456 520 442 400 394 320 C 380 280 382 250 372 214 Z',
      'url(#jug)',
    ),
    shape(
      'M262 214 C 258 204 230 196 222 190 C 260 178 360 178 380 200 C 384 206 376 214 372 214 C 350 226 284 226 262 214 Z',
      '#e8f1f5',
    ),
    ellipse(312, 205, 54, 11, '#24506b'),
    '<path d="M384 236 C 470 226 486 340 412 392" stroke="url(#jugHandle)" stroke-width="24" fill="none" stroke-linecap="round"/>',
    shape(
      'M206 420 C 260 446 372 446 426 420 L429 446 C 372 472 260 472 203 446 Z',
      '#f0f7fa',
      'opacity="0.85"',
    ),
    ...[0, 1, 2, 3, 4, 5].map(index =>
      ellipse(
        224 + index * 36,
        500 + Math.sin((index / 5) * Math.PI) * 14,
        11,
        16,
        '#f0f7fa',
        'opacity="0.75"',
      ),
    ),
    ellipse(246, 400, 16, 110, '#fff', 'opacity="0.5" filter="url(#gloss)"'),
  ].join('')
  const twigs = [
    [300, 210, 250, 40],
    [312, 208, 330, 22],
    [322, 208, 420, 70],
    [304, 208, 178, 96],
  ]
    .map(([fromX = 0, fromY = 0, toX = 0, toY = 0]) => {
      const leaves = Array.from({ length: 11 }, (_, index) => {
        const share = 0.25 + index * 0.072
        const [x, y] = [fromX + (toX - fromX) * share, fromY + (toY - fromY) * share]
        const turn =
          (Math.atan2(toY - fromY, toX - fromX) * 180) / Math.PI + (index % 2 === 0 ? 46 : -46)
        return `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(0)})">${shape('M0 0 C 12 -13 36 -13 48 0 C 36 11 12 11 0 0 Z', dice.pick(['#6f8f4f', '#88a865', '#56763e', '#9dbb78']))}<path d="M4 0 L42 0" stroke="#d7e6b8" stroke-opacity="0.6"/></g>`
      })
      return `<path d="M${fromX} ${fromY} L${toX} ${toY}" stroke="#5b4a32" stroke-width="4"/>${leaves.join('')}`
    })
    .join('')
  const glass = [
    ellipse(842, 652, 100, 20, '#120a08', 'opacity="0.4" filter="url(#shadow)"'),
    polygon(
      [
        [742, 400],
        [868, 400],
        [852, 650],
        [758, 650],
      ],
      '#fff',
      'opacity="0.2"',
    ),
    polygon(
      [
        [748, 476],
        [863, 476],
        [852, 648],
        [758, 648],
      ],
      'url(#juice)',
    ),
    ellipse(805, 476, 57, 11, '#ffd67a'),
    ellipse(805, 400, 63, 12, 'none', 'stroke="#fff" stroke-opacity="0.8" stroke-width="3"'),
    ellipse(805, 650, 47, 9, '#b8651a', 'opacity="0.8"'),
    polygon(
      [
        [760, 412],
        [774, 412],
        [780, 636],
        [770, 636],
      ],
      '#fff',
      'opacity="0.45" filter="url(#gloss)"',
    ),
    '<path d="M830 330 L796 640" stroke="#e85d5d" stroke-width="9" stroke-linecap="round"/>',
  ].join('')
  const boards = Array.from({ length: 5 }, (_, index) => {
    const y = table + index * index * 13 + index * 10
    return `<path d="M0 ${y} L${width} ${y}" stroke="#3b2212" stroke-opacity="0.55" stroke-width="${1 + index * 0.7}"/>`
  }).join('')
  const window = polygon(
    [
      [600, 0],
      [1024, 0],
      [1024, 330],
      [760, 420],
    ],
    'url(#ray)',
    'filter="url(#shadow)"',
  )
  const cloth = [
    shape(
      'M420 620 C 560 580 760 640 1024 600 L1024 768 L360 768 C 380 720 400 680 420 620 Z',
      'url(#cloth)',
    ),
    ...[480, 600, 720, 850, 960].map(
      x =>
        `<path d="M${x} 606 C ${x - 20} 660 ${x + 30} 710 ${x - 10} 768" stroke="#8a4a52" stroke-opacity="0.35" stroke-width="10" fill="none" filter="url(#gloss)"/>`,
    ),
  ].join('')
  const defs = [
    horizontal('wall', '0 #3d4a4a', '0.5 #6d7a70', '1 #b3a98a'),
    vertical('table', '0 #9a6338', '0.4 #7b4a28', '1 #4a2a16'),
    radial('orange', ['0 #ffd08a', '0.4 #ff9f2e', '0.8 #e06a0c', '1 #8f3a06'], '34% 30%', '62%'),
    radial('apple', ['0 #ffb0a0', '0.4 #e23a34', '0.8 #a8161f', '1 #5e0a14'], '34% 30%', '62%'),
    radial('lemon', ['0 #fffbd0', '0.4 #ffe14d', '0.8 #e0b015', '1 #8f6a08'], '34% 30%', '62%'),
    radial('pear', ['0 #f4f7b0', '0.45 #c8d65a', '0.8 #8a9c2e', '1 #55641a'], '32% 55%', '62%'),
    horizontal('jug', '0 #1f4f6e', '0.22 #5fa3c4', '0.45 #3f86ab', '1 #123247'),
    horizontal('jugHandle', '0 #2b6585', '1 #123247'),
    vertical('juice', '0 #ffb938', '0.6 #f58a1f', '1 #c95f12'),
    vertical('cloth', '0 #f3dcd4', '1 #b97a78'),
    horizontal('ray', '0 #fff0c8 0.1', '1 #fff0c8 0.55'),
    clouds('grain', '0.006 0.12', [0.2, 0.1, 0.04], 12, 2.6, -1.05),
    clouds('plaster', '0.02 0.02', [0, 0, 0], 3, 1.4, -0.6),
    clouds('peel', '0.4 0.4', [1, 1, 1], 7, 4, -2.2),
    blur('shadow', 16),
    blur('gloss', 4),
  ].join('')
  const body = [
    rect(0, 0, width, height, 'url(#wall)'),
    rect(0, 0, width, table, '#fff', 'filter="url(#plaster)" opacity="0.35"'),
    window,
    rect(0, table - 10, width, height - table + 10, 'url(#table)'),
    rect(0, table - 10, width, height - table + 10, '#fff', 'filter="url(#grain)" opacity="0.6"'),
    boards,
    cloth,
    twigs,
    jug,
    glass,
    orange(500, 520, 66, 'apple'),
    orange(646, 526, 72),
    orange(566, 622, 78, 'lemon'),
    orange(700, 640, 64, 'apple'),
    pear(452, 646, 62),
  ].join('')
  return scene(width, height, defs, body)
}
