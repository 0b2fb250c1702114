import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = join(import.meta.dirname, '../../..')
export const cdkProgram = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'))
export const cliProgram = join(repositoryRoot, 'apps/cli/bin/bp.ts')
/** First in PATH: what lets the guide's commands run as they stand. */
export const shimFolder = join(import.meta.dirname, 'shims')
