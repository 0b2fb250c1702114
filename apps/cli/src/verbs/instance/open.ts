import { makeLink } from '../../instance/make-link.ts'
import type { Run } from '../../verb.ts'

/** Makes a one-time link, prints it, and opens it where a person sits. */
export const run: Run = async function* (input, context) {
  const link = input.flag('aws')
    ? await (await import('../../aws/sign-in.ts')).linkToAws(context.signal)
    : await makeLink(await context.instance(), context.signal)
  if (context.isAttended && input.flag('browser', true)) {
    context.openBrowser(link.url)
    yield { say: 'note', code: 'opening', text: 'Opening the browser. The link works once.' }
  }
  return {
    data: { url: link.url, expires_at: link.expires_at },
    view: { kind: 'lines', lines: [link.url] },
  }
}
