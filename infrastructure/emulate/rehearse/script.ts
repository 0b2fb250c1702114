import { join } from 'node:path'
import { repositoryRoot } from './places.ts'
import type { Ran } from './programs.ts'
import type { Scene, TypeOptions } from './scene.ts'

/** Runs one of `infrastructure/scripts`, as a workflow's step does. */
export const script = (
  scene: Scene,
  name: string,
  args: readonly string[],
  signal: AbortSignal,
  more?: TypeOptions,
): Promise<Ran> =>
  scene.type(
    process.execPath,
    [join(repositoryRoot, 'infrastructure/scripts', `${name}.ts`), ...args],
    signal,
    more,
  )

/** The last line that a program wrote to standard output. */
export const lastLine = ({ out }: Ran): string => out.trim().split('\n').at(-1) ?? ''
