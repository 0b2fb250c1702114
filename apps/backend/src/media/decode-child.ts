/**
 * The child process that decodes what strangers send. It has no secrets, no database and one loader per allowed
 * format; if a picture crashes it, a picture has crashed it and nothing else.
 */
import sharp from 'sharp'
import { tooManyPixels, type DecodeAnswer, type DecodeAsk } from './decode-protocol.ts'

sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadPngSource',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadJpegSource',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadWebpSource',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadNsgifSource',
  ],
})
sharp.cache(false)
sharp.concurrency(1)

process.on('message', (ask: DecodeAsk) => {
  decode(ask).then(
    answer => process.send?.(answer),
    (thrown: unknown) =>
      process.send?.({
        n: ask.n,
        refused: thrown instanceof Error ? thrown.message.slice(0, 300) : 'unknown',
      } satisfies DecodeAnswer),
  )
})
// The parent's end is ours: nobody is left to answer.
process.on('disconnect', () => process.exit(0))

async function decode({ n, bytes, pixelsMax, widths }: DecodeAsk): Promise<DecodeAnswer> {
  const options = { limitInputPixels: pixelsMax, failOn: 'error' } as const
  const facts = await sharp(bytes, options).metadata()
  const frames = facts.pages ?? 1
  const height = facts.pageHeight ?? facts.height
  if (facts.width * height * frames > pixelsMax) return { n, refused: tooManyPixels }
  // All frames of an animation; a single picture is decoded whole by its thumbnails.
  if (frames > 1) await sharp(bytes, { ...options, animated: true }).stats()

  const thumbnails: { w: number; bytes: Uint8Array }[] = []
  for (const w of widths) {
    const made = await sharp(bytes, options)
      .autoOrient()
      .resize({ width: w, withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer()
    thumbnails.push({ w, bytes: made })
  }
  const isTurned = (facts.orientation ?? 1) >= 5
  return {
    n,
    width: isTurned ? height : facts.width,
    height: isTurned ? facts.width : height,
    frames,
    thumbnails,
  }
}
