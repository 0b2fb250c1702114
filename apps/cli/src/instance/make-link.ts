import { createClient } from '@bp/client'
import type { RunFile } from './run-file.ts'

/** A fresh one-time sign-in link, by the right of whoever may read `run.json`. */
export async function makeLink(
  run: RunFile,
  signal: AbortSignal,
): Promise<{ url: string; expires_at: string }> {
  const client = createClient({
    baseUrl: run.url,
    headers: () => ({ authorization: `Bearer ${run.control_secret}` }),
  })
  return client.links.create({ signal })
}
