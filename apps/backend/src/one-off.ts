/** What an operator does once beside a running system, as a task of its own: everything is repeatable and ends. */
import { mkdir } from 'node:fs/promises'
import { assertSchemaCurrent, schemaState, type SchemaState } from '@bp/store/migrate'
import { openStore } from '@bp/store/open-store'
import type { Store } from '@bp/store/store'
import { ensureOwner } from '@bp/store/users/ensure-owner'
import type { BackendConfig } from './config/config.ts'
import type { BackendSecrets } from './config/secrets.ts'
import { createHealth } from './health.ts'
import { placesOf } from './http/host-origin.ts'
import { createLog } from './log.ts'
import { openObjectStore } from './objects/open-object-store.ts'
import { makeOwnerLink } from './routes/links/create.ts'
import { seedEffects } from './seeds/seed-effects.ts'

/** How the database stands to this release. Changes nothing. */
export async function databaseState(config: BackendConfig): Promise<SchemaState> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  await using store = await openStore(config.database)
  return await store.read(reader => schemaState(reader))
}

/** A one-time link that signs the owner in: how the first admin gets in. The database must be migrated. */
export async function ownerLink(
  config: BackendConfig,
): Promise<{ readonly url: string; readonly expiresAtMs: number }> {
  await using store = await openMigrated(config)
  return await makeOwnerLink({ store, config, ownerId: (await ownerOf(store)).id })
}

export interface SeedReport {
  /** One line an effect, in the order of their slugs. */
  readonly lines: readonly string[]
  readonly isWhole: boolean
}

/** Brings the built-in effects in, with their pictures. What an admin has changed since stays as it is. */
export async function seedBuiltIn(
  config: BackendConfig,
  secrets: BackendSecrets,
  effectsFolder: string,
): Promise<SeedReport> {
  await using stack = new AsyncDisposableStack()
  const store = stack.use(await openMigrated(config))
  const log = createLog('silent', undefined)
  const health = createHealth(Date.now)
  const objects = stack.use(
    // The port of the files belongs to the backend that runs beside this.
    await openObjectStore({
      config: { ...config, filesPort: 0 },
      secrets,
      appOrigins: placesOf(config).origins,
      nowMs: Date.now,
      log,
    }),
  )
  const outcomes = await seedEffects(effectsFolder, {
    store,
    objects,
    health,
    log,
    ownerId: (await ownerOf(store)).id,
  })
  const faultOf = (slug: string): string =>
    health.parts().find(part => part.name === `effect ${slug}`)?.text ?? ''
  return {
    lines: [...outcomes].map(([slug, outcome]) =>
      outcome === 'faulty' ? `${slug}: left out. ${faultOf(slug)}` : `${slug}: ${outcome}`,
    ),
    isWhole: ![...outcomes.values()].includes('faulty'),
  }
}

async function openMigrated(config: BackendConfig): Promise<Store> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const store = await openStore(config.database)
  try {
    await store.read(reader => assertSchemaCurrent(reader))
    await store.claimSlot()
    return store
  } catch (thrown) {
    await store[Symbol.asyncDispose]()
    throw thrown
  }
}

const ownerOf = (store: Store) =>
  store.write(writer => ensureOwner(writer, { name: 'Owner', email: 'owner@localhost' }))
