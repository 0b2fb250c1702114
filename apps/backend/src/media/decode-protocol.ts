/** What parent and decoding child say to each other. */
export interface DecodeAsk {
  readonly n: number
  readonly bytes: Uint8Array
  readonly pixelsMax: number
  readonly widths: readonly number[]
}
export interface Decoded {
  readonly n: number
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly thumbnails: readonly { readonly w: number; readonly bytes: Uint8Array }[]
}
/** The one refusal whose reason is worth telling; others are the decoder's own words, for the log. */
export const tooManyPixels = 'its frames have too many pixels together'
export type DecodeAnswer = Decoded | { readonly n: number; readonly refused: string }
