/** A JSON pointer (RFC 6901) from its steps. */
export const pointer = (...steps: readonly (string | number)[]): string =>
  steps.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
