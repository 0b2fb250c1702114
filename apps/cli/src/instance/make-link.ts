import { createClient } from '@bp/client'
import type { RunFile } from './run-file.ts'

/** A fresh one-time sign-in link, by the right of whoever may read `run.json`, or the application key in AWS. */
export async function makeLink(
  run: Pick<RunFile, 'url' | 'control_secret'>,
  signal: AbortSignal,
): Promise<{ url: string; expires_at: string }> {
  const client = createClient({
    baseUrl: run.url,
    headers: () => ({ authorization: `Bearer ${run.control_secret}` }),
  })
  return client.links.create({ signal })
}
