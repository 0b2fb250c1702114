#!/usr/bin/env node
/** Writes `replacing.json` and `released.json` from what the code makes now. To be run after a release, never to heal a test. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { documents, synthesize } from '../installations.ts'
import { extract, type Replacing } from './compare.ts'

const Database = z.object({
  schema: z.object({
    resource: z.object({
      entities: z.array(
        z.object({
          cloudFormationType: z.string(),
          properties: z.record(z.string(), z.object({ causesReplacement: z.string().optional() })),
        }),
      ),
    }),
  }),
})

/** Which properties of these types cannot be changed in place, by the database that `cdk diff` asks. */
function replacingOf(types: ReadonlySet<string>): Replacing {
  const file = createRequire(import.meta.url).resolve('aws-cdk/package.json')
  const packed = readFileSync(join(file, '..', 'db.json.gz'))
  const { schema } = Database.parse(JSON.parse(gunzipSync(packed).toString('utf8')))
  const rows = schema.resource.entities
    .filter(one => types.has(one.cloudFormationType))
    .map(
      one =>
        [
          one.cloudFormationType,
          Object.entries(one.properties)
            .filter(([, it]) => it.causesReplacement === 'yes')
            .map(([property]) => property)
            .toSorted(),
        ] as const,
    )
  return Object.fromEntries(rows.toSorted(([a], [b]) => a.localeCompare(b)))
}

const { resources } = synthesize(documents.recommended)
const replacing = replacingOf(new Set(resources.map(one => one.Type)))
const write = (name: string, value: unknown) =>
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(value, null, 2)}\n`)
write('replacing.json', replacing)
write('released.json', extract(resources, replacing))
