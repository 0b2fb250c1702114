import {
  blur,
  Dice,
  ellipse,
  radial,
  rect,
  ripple,
  scene,
  shape,
  vertical,
  type Scene,
} from './svg.ts'

const HEAD =
  'M 372 1024 C 372 940 392 884 420 842 C 436 818 434 786 424 760 C 380 716 340 640 336 548 C 330 420 398 300 528 276 C 640 256 716 322 734 412 C 742 452 738 480 742 506 C 746 528 772 562 790 590 C 798 604 790 614 770 618 C 762 620 758 628 764 638 C 770 648 768 656 760 662 C 768 672 766 682 756 690 C 748 698 756 716 752 736 C 746 764 712 772 672 768 C 646 766 632 784 632 812 C 634 860 690 894 772 922 C 812 936 836 976 840 1024 Z'
const HAIR =
  'M 424 760 C 360 700 318 620 322 536 C 324 392 404 276 540 258 C 640 246 712 296 738 372 C 744 396 738 410 726 418 C 690 380 640 376 606 396 C 566 420 560 470 540 520 C 526 556 500 566 496 606 C 492 640 500 664 488 700 C 476 736 448 752 424 760 Z'
const BUN =
  'M 380 470 C 300 470 250 420 262 356 C 272 300 336 276 392 300 C 440 322 452 384 430 430 C 420 454 402 468 380 470 Z'

/** A woman's profile before a bright wall: made for laying a landscape over it. */
export function portrait(): Scene {
  const dice = new Dice(19)
  const [width, height] = [896, 1024]
  const strands = Array.from({ length: 64 }, () => {
    const start = dice.between(0, 1)
    const [x, y] = [700 - start * 340, 300 + Math.abs(start - 0.45) * 90 - 20]
    return `<path d="M${x.toFixed(0)} ${y.toFixed(0)} C ${(x - 110).toFixed(0)} ${(y + 20).toFixed(0)} ${(360 + dice.between(0, 90)).toFixed(0)} ${(480 + dice.between(-60, 80)).toFixed(0)} ${(420 + dice.between(-30, 60)).toFixed(0)} ${(700 + dice.between(-80, 40)).toFixed(0)}" stroke="${dice.pick(['#6b4a3f', '#3a2523', '#8a6351', '#24171a'])}" stroke-opacity="${dice.between(0.15, 0.5).toFixed(2)}" stroke-width="${dice.between(1, 3.4).toFixed(1)}" fill="none"/>`
  }).join('')
  const defs = [
    radial('wall', ['0 #fffaf0 1', '0.6 #f2e7d8 1', '1 #d8c8b8 1'], '62% 40%', '75%'),
    vertical('skin', '0 #5a4038', '0.4 #4a332f', '0.75 #35252a', '1 #221a22'),
    vertical('coat', '0 #2a2430', '1 #14121c'),
    vertical('hair', '0 #4a322c', '0.5 #2a1b1d', '1 #1a1216'),
    radial('rim', ['0 #ffcfa0 0.75', '1 #ffb080 0'], '50% 50%'),
    `<clipPath id="head"><path d="${HEAD}"/></clipPath><clipPath id="hairClip"><path d="${HAIR}"/></clipPath>`,
    ripple('rag', '0.02 0.02', 6, 2),
    blur('soft', 70),
    blur('softer', 9),
    blur('edge', 0.7),
  ].join('')
  const body = [
    rect(0, 0, width, height, 'url(#wall)'),
    ellipse(150, 860, 360, 300, '#cdb8a6', 'opacity="0.45" filter="url(#soft)"'),
    ellipse(780, 180, 300, 240, '#ffffff', 'opacity="0.8" filter="url(#soft)"'),
    `<g filter="url(#edge)">${shape(BUN, 'url(#hair)')}${shape(HEAD, 'url(#skin)')}</g>`,
    `<g clip-path="url(#head)">${ellipse(760, 560, 90, 250, 'url(#rim)', 'filter="url(#softer)"')}${ellipse(596, 560, 60, 90, '#2a1a1c', 'opacity="0.5" filter="url(#soft)"')}${ellipse(640, 800, 70, 40, '#120c12', 'opacity="0.6" filter="url(#softer)"')}</g>`,
    `<g filter="url(#edge)">${shape('M 660 522 C 682 508 706 508 724 520 C 708 530 684 534 660 522 Z', '#1b1214')}${shape('M 648 470 C 676 450 706 450 728 464 C 704 462 676 466 648 480 Z', '#20151a', 'opacity="0.8"')}${shape('M 716 662 C 736 656 752 656 764 660 C 750 668 730 672 716 662 Z', '#7a3038', 'opacity="0.8"')}${shape('M 552 560 C 580 548 596 574 590 606 C 584 632 562 640 552 618 C 546 604 546 572 552 560 Z', '#4a322c', 'opacity="0.9"')}</g>`,
    `<g filter="url(#rag)">${shape(HAIR, 'url(#hair)')}</g>`,
    `<g clip-path="url(#hairClip)">${strands}</g>`,
    ellipse(
      470,
      340,
      150,
      40,
      '#a87b62',
      'opacity="0.35" filter="url(#softer)" transform="rotate(-24 470 340)"',
    ),
    shape(
      'M 350 1024 C 352 950 388 896 430 868 C 500 930 590 930 640 872 C 720 906 800 920 850 960 C 872 980 880 1004 884 1024 Z',
      'url(#coat)',
    ),
    shape(
      'M 430 868 C 500 930 590 930 640 872 C 652 880 650 892 640 902 C 590 956 490 954 424 894 C 418 884 420 876 430 868 Z',
      '#3d3644',
    ),
  ].join('')
  return scene(width, height, defs, body)
}
