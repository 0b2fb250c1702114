import { inlineTypes } from '@bp/contracts/assets'

/**
 * The Content-Disposition of a file. Only what a browser shows safely is inline; a page, a drawing with scripts, a
 * document is a download. Any name will do: what a header cannot hold is escaped (RFC 8187) or replaced.
 */
export function disposition(contentType: string, name: string): string {
  const how = inlineTypes.includes(contentType) ? 'inline' : 'attachment'
  const given = name.toWellFormed()
  if (given === '') return how
  const plain = given.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  // RFC 8187 allows fewer characters than encodeURIComponent leaves alone.
  const exact = encodeURIComponent(given).replaceAll(
    /['()*]/g,
    letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${how}; filename="${plain}"; filename*=UTF-8''${exact}`
}
