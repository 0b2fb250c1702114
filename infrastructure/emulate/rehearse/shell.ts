import { fleet, fleetGroup } from './fleet.ts'
import type { Ran } from './programs.ts'
import type { Scene } from './scene.ts'

/** What the guide lets its reader set once. */
const variables = (scene: Scene): Readonly<Record<string, string>> => ({
  ACCOUNT: scene.emulator.account,
  STAGE: fleet.stage,
  SLUG: fleet.slug,
  GROUP: fleetGroup,
})

/** Runs lines in bash, as they stand. A line that fails ends it; what is no plain word comes as a variable. */
export const bash = (
  scene: Scene,
  lines: string,
  signal: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> =>
  scene.type('bash', ['-euo', 'pipefail', '-c', lines], signal, {
    env: { ...variables(scene), ...more },
  })

/** Runs a command that never ends by itself, until it has said something; answers that. */
export async function bashUntilItSays(
  scene: Scene,
  line: string,
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const kept = scene.programs.keep(
    'bash',
    {
      program: 'bash',
      args: ['-c', line],
      env: { ...scene.shell, ...variables(scene) },
      cwd: scene.folder,
    },
    { onLine: resolve },
  )
  const stop = (): void => resolve('')
  signal.addEventListener('abort', stop, { once: true })
  try {
    void kept.ended.then(stop)
    const said = await promise
    if (said === '') throw new Error(`${line} said nothing`)
    return said
  } finally {
    signal.removeEventListener('abort', stop)
    await kept.end()
  }
}
