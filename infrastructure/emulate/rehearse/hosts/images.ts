import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { names } from '@bp/contracts/names'
import { environmentOf, execForm, readDockerfile } from '../../../docker/dockerfile.ts'
import { repositoryRoot } from '../places.ts'

export type ServiceName = keyof typeof names.repositories

/** What is started for an image: the very file tree that the image would hold, with its own environment. */
export interface ImageTree {
  readonly service: ServiceName
  readonly folder: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Where the tree of a service's image lies within a rehearsal. */
export const treeOf = (folder: string, service: ServiceName): string =>
  join(folder, 'images', service)

/** The service behind an image's address, by its repository; undefined for images of others. */
export function serviceOf(image: string): ServiceName | undefined {
  const repository = /\/([^/:@]+)(?::|@|$)/.exec(image)?.[1]
  if (repository === names.repositories.backend) return 'backend'
  if (repository === names.repositories.frontend) return 'frontend'
  return undefined
}

/** Reads from the Dockerfile how the image starts. Paths from the image's root become those of the assembled tree. */
export async function readImage(folder: string, service: ServiceName): Promise<ImageTree> {
  const file = join(repositoryRoot, 'infrastructure/docker', `${service}.Dockerfile`)
  const instructions = readDockerfile(await readFile(file, 'utf8'))
  const entry = instructions.find(({ name }) => name === 'ENTRYPOINT')
  const tree = treeOf(folder, service)
  const here = (text: string): string => text.replace(/^\/(?=app\/|data$)/, `${tree}/`)
  const [, ...args] = execForm(entry?.text ?? '[]')
  return {
    service,
    folder: tree,
    args: args.map(here),
    environment: Object.fromEntries(
      Object.entries(environmentOf(instructions)).map(([name, value]) => [name, here(value)]),
    ),
  }
}
