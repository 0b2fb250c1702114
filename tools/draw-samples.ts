import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { balloons } from './samples/balloons.ts'
import { flowers } from './samples/flowers.ts'
import { harbour } from './samples/harbour.ts'
import { lake } from './samples/lake.ts'
import { lighthouse } from './samples/lighthouse.ts'
import { portrait } from './samples/portrait.ts'
import { stillLife } from './samples/still-life.ts'
import { Dice, type Scene } from './samples/svg.ts'
import { town } from './samples/town.ts'

// Draws the example pictures of the built-in effects: the same bytes at each run on one version of sharp.
//   node tools/draw-samples.ts [slug …]

/** Which scene an effect is shown on; the file is `sample.webp` unless named. */
const samples: readonly { slug: string; file?: string; draw: () => Scene }[] = [
  { slug: 'soft-focus', draw: flowers },
  { slug: 'pixel-art', draw: harbour },
  { slug: 'screen-print', draw: balloons },
  { slug: 'film-noir', draw: lighthouse },
  { slug: 'pencil-sketch', draw: stillLife },
  { slug: 'double-exposure', draw: portrait },
  { slug: 'double-exposure', file: 'second.webp', draw: lake },
  { slug: 'tiny-world', draw: town },
  { slug: 'slow-zoom', draw: lake },
]

const SAMPLE_BYTES_MAX = 120 * 1024

const wanted = process.argv.slice(2)
for (const { slug, file = 'sample.webp', draw } of samples) {
  if (wanted.length > 0 && !wanted.includes(slug)) continue
  const bytes = await rasterise(draw())
  const target = path.join(import.meta.dirname, '..', 'effects', slug, file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, bytes)
  console.log(`${slug}/${file}: ${bytes.length} bytes`)
}

/** Rasterises a scene with a little grain, as good as fits into the limit. */
async function rasterise(scene: Scene): Promise<Buffer> {
  const grain = {
    input: drawGrain(scene),
    raw: { width: scene.width, height: scene.height, channels: 4 as const },
    blend: 'soft-light' as const,
  }
  const picture = await sharp(Buffer.from(scene.svg))
    .composite([grain])
    .removeAlpha()
    .png()
    .toBuffer()
  for (let quality = 88; quality >= 40; quality -= 4) {
    const bytes = await sharp(picture).webp({ quality, effort: 6 }).toBuffer()
    if (bytes.length <= SAMPLE_BYTES_MAX) return bytes
  }
  throw new Error('the picture does not fit into its limit')
}

/** Grey grain: flat areas look like a photograph's, and gradients show no bands. */
function drawGrain({ width, height }: Scene): Buffer {
  const dice = new Dice(1)
  const grain = Buffer.alloc(width * height * 4)
  for (let at = 0; at < grain.length; at += 4) {
    const grey = Math.round(dice.between(96, 160))
    grain.fill(grey, at, at + 3)
    grain[at + 3] = 90
  }
  return grain
}
