/** The content security policy of the app's page, and of the one worker that compiles WebAssembly. */

export interface CspOrigins {
  /** Origins that pictures and videos are loaded from. */
  readonly mediaOrigins: readonly string[]
  /** Origins that files are sent to. */
  readonly uploadOrigins: readonly string[]
}

/**
 * The policy of `index.html`. `nonce` is fresh in each answer: React Aria's own `<style>` carries it.
 * An origin that is no bare http(s) origin throws: a stray `;` would open the policy.
 */
export function pageCsp(origins: CspOrigins, nonce: string): string {
  const media = origins.mediaOrigins.map(bareOrigin)
  const upload = origins.uploadOrigins.map(bareOrigin)
  const unique = (...lists: readonly string[][]) => [...new Set(lists.flat())]
  const directives: Readonly<Record<string, readonly string[]>> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", `'nonce-${nonce}'`],
    'connect-src': unique(["'self'"], upload, media),
    'img-src': unique(["'self'", 'data:', 'blob:'], media),
    'media-src': unique(["'self'", 'blob:'], media),
    'font-src': ["'self'"],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
  }
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')
}

/** Only the hashing worker may compile WebAssembly; pages stay strict. */
export const hashWorkerCsp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"

function bareOrigin(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text)
    throw new Error(`"${text}" is no origin like https://media.example.org`)
  return url.origin
}
