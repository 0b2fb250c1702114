import type { Emulator } from '../start-emulator.ts'

/** Asks the emulator's control API, which the docstring of launcher/control.py lists. Throws what it refused. */
export async function control(
  emulator: Emulator,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const answer = await fetch(new URL(`/_bp/${path}`, emulator.endpoint), {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  const content: unknown = await answer.json()
  if (!answer.ok) throw new Error(`/_bp/${path} answered ${JSON.stringify(content)}`)
  return content
}
