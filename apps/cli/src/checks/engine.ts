import { fail, pass, skip, type Finding, type Patient } from './check.ts'

const answerMsMax = 5_000

/** The engine answers: the running instance's, or the real one that COMFYUI_URL names. */
export async function checkEngine({
  instance,
  engineUrl,
  signal,
}: Pick<Patient, 'instance' | 'engineUrl' | 'signal'>): Promise<Finding> {
  const url = instance?.engine_url ?? engineUrl
  if (url === undefined) return skip('engine', 'The demo engine starts with bp.')
  const fix =
    engineUrl === undefined
      ? 'npx bp down, then npx bp up'
      : `Start ComfyUI at ${engineUrl}, or unset COMFYUI_URL for the demo engine.`
  if (!URL.canParse(url)) return fail('engine', `"${url}" is no address.`, fix)
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)])
    const response = await fetch(new URL('/system_stats', url), { signal: limit })
    await response.body?.cancel()
    return response.ok
      ? pass('engine', `${url} answers`)
      : fail('engine', `${url} answers ${response.status}.`, fix)
  } catch {
    signal.throwIfAborted()
    return fail('engine', `${url} does not answer.`, fix)
  }
}
