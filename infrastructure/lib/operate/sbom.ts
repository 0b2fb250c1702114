/** What a released program is made of, as CycloneDX: the packages that package-lock.json pins for it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import type { ServiceName } from './service.ts'

const words = z.union([z.string(), z.array(z.string())]).transform(one => [one].flat())
const Package = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  os: words.optional(),
  cpu: words.optional(),
  libc: words.optional(),
})
type Package = z.infer<typeof Package>
const Lock = z.looseObject({ packages: z.record(z.string(), Package) })
type Packages = Readonly<Record<string, Package>>

/** The lock's places of all that a workspace needs at run time, its own and those of others; never what only tests need. */
export function closureOf(packages: Packages, workspace: string): readonly string[] {
  const found = new Set<string>()
  const open = [workspace]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const entry = packages[place]
    if (entry === undefined || found.has(place)) continue
    found.add(place)
    const needed = { ...entry.dependencies, ...entry.optionalDependencies }
    for (const name of Object.keys(needed)) {
      const at = resolve(packages, place, name)
      if (at !== undefined) open.push(at)
    }
  }
  return [...found].toSorted()
}

/** As Node looks: in the folder itself, then in each above it. A workspace of ours is behind a link. */
function resolve(packages: Packages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    const entry = packages[place]
    if (entry !== undefined) return entry.link ? entry.resolved : place
    if (at === '') return undefined
  }
}

/** Native packages come for many machines; an image holds those of its own. */
const isOfImage = ({ os, cpu, libc }: Package): boolean =>
  (os?.includes('linux') ?? true) &&
  (cpu?.includes('arm64') ?? true) &&
  (libc?.includes('glibc') ?? true)

const nameAt = (place: string): string =>
  place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** CycloneDX 1.6, by the lock of the repository at `root`. */
export async function sbomOf(root: string, service: ServiceName, tag: string) {
  const { packages } = Lock.parse(
    JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')),
  )
  const components = closureOf(packages, `apps/${service}`)
    .flatMap(place => {
      const found = packages[place]
      return place.includes('node_modules/') && found !== undefined && isOfImage(found)
        ? [{ place, found }]
        : []
    })
    .map(({ place, found }) => {
      const { version = '', integrity, license } = found
      const name = nameAt(place)
      const [algorithm = '', hash = ''] = integrity?.split('-', 2) ?? []
      return {
        type: 'library',
        name,
        version,
        purl: `pkg:npm/${encodeURIComponent(name).replaceAll('%2F', '/')}@${version}`,
        ...(license !== undefined && { licenses: [{ license: { name: license } }] }),
        ...(algorithm === 'sha512' && {
          hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
        }),
      }
    })
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: names.repositories[service], version: tag } },
    components,
  }
}
