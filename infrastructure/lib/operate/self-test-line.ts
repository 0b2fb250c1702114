/** The line that a machine writes about itself: `bp-self-test: {"ok":true,"tag":"…",…}`. */
import { z } from 'zod'

const Line = z.looseObject({ ok: z.boolean(), tag: z.string().max(256).default('') })
export type SelfTest = z.infer<typeof Line>

/** The last whole line of a self-test in the output of a console; `undefined` while there is none. */
export function findSelfTest(console: string): SelfTest | undefined {
  const [line] = [...console.matchAll(/bp-self-test: (\{[^\r\n]*\})/g)].toReversed()
  if (line?.[1] === undefined) return undefined
  try {
    const parsed = Line.safeParse(JSON.parse(line[1]))
    return parsed.success ? parsed.data : undefined
  } catch {
    // The kernel's own words can stand in the middle of it; it comes once more.
    return undefined
  }
}
