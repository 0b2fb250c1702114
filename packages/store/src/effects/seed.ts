import { stages } from '@bp/contracts/fleets'
import type { Stage } from '@bp/contracts/fleets'
import type { JobId, WorkflowVersionId } from '@bp/contracts/ids'
import type { UserId } from '@bp/contracts/ids'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { bytes, key32, int, noId } from '../row.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import type { WorkflowRow } from '../workflows/rows.ts'
import { workflowFleets, workflowVersions, workflows } from '../workflows/rows.ts'
import type { EffectRow } from './rows.ts'
import { effectMedia, effectVersions, effects } from './rows.ts'

/** A built-in effect as its folder says, read and checked by the caller. Documents are JSON text. */
export interface Seed {
  /** Slug of effect and workflow alike. */
  readonly slug: string
  readonly name: string
  readonly description: string
  /** 32 bytes: SHA-256 over the four files. */
  readonly seedHash: Uint8Array
  /** `workflow.json` byte for byte. */
  readonly graph: Uint8Array
  readonly graphHash: Uint8Array
  readonly structureHash: Uint8Array
  readonly inputs: string
  readonly inputSchema: string
  readonly outputs: string
  readonly needs: string
  /** Content of the effect version. */
  readonly content: string
  readonly media: readonly {
    readonly sha256: Uint8Array
    readonly objectKey: string
    readonly contentType: string
    readonly width: number
    readonly height: number
    readonly thumbhash?: string
    readonly alt: string
  }[]
}

export type Seeded = 'created' | 'updated' | 'unchanged' | 'kept'

/**
 * Brings one built-in effect in. No row: created and published. Same hash: nothing is written. Another hash: new versions, unless an
 * admin has published something else meanwhile (`kept`). A workflow that no fleet serves is given `assign`, if any.
 */
export async function seed(
  writer: Writer,
  effect: Seed,
  options: {
    readonly by?: UserId
    readonly assign?: readonly { readonly stage: Stage; readonly fleetId: number }[]
  } = {},
): Promise<Seeded> {
  const by = options.by ?? noId<UserId>()
  const workflowRow = await writer.first(
    sql`SELECT ${workflows.select()} FROM workflow WHERE slug = ${effect.slug} ${lock(writer, 'update')}`,
  )
  const effectRow = await writer.first(
    sql`SELECT ${effects.select()} FROM effect WHERE slug = ${effect.slug} ${lock(writer, 'update')}`,
  )
  const known = effectRow === undefined ? undefined : effects.read(effectRow)
  if (known !== undefined) {
    if (known.seedHash?.equals(bytes.read(effect.seedHash)) === true) return 'unchanged'
    // An admin has published something of their own since, or this slug never came from a folder: theirs stays.
    if (known.seedHash === null || known.publishedN !== known.seededN) return 'kept'
  }
  const workflow = workflowRow === undefined ? undefined : workflows.read(workflowRow)
  if (known === undefined && workflow !== undefined && workflow.seedHash === null) return 'kept'

  const now = await writer.now()
  const workflowId = workflow?.id ?? writer.ids.next<WorkflowRow['id']>()
  const versionId: WorkflowVersionId = writer.ids.next()
  await (workflow === undefined
    ? insertRows(writer, workflows, [
        {
          id: workflowId,
          slug: effect.slug,
          name: effect.name,
          description: effect.description,
          currentVersionId: versionId,
          archivedAt: null,
          seedHash: bytes.read(effect.seedHash),
          rev: 1,
        },
      ])
    : writer.run(sql`
        UPDATE workflow SET name = ${effect.name}, description = ${effect.description}, current_version_id = ${versionId},
          seed_hash = ${key32.write(bytes.read(effect.seedHash))}, rev = rev + 1 WHERE id = ${workflowId}`))
  await insertRows(writer, workflowVersions, [
    {
      id: versionId,
      workflowId,
      n: await nextOf(
        writer,
        sql`SELECT MAX(n) AS n FROM workflow_version WHERE workflow_id = ${workflowId}`,
      ),
      codec: 'bytes',
      graph: bytes.read(effect.graph),
      inputs: effect.inputs,
      inputSchema: effect.inputSchema,
      outputs: effect.outputs,
      needs: effect.needs,
      graphHash: bytes.read(effect.graphHash),
      structureHash: bytes.read(effect.structureHash),
      graphPublic: true,
      changes: 'Built in',
      publishedBy: by,
      publishedAt: now,
    },
  ])

  const effectId = known?.id ?? writer.ids.next<EffectRow['id']>()
  const n = await nextOf(
    writer,
    sql`SELECT MAX(n) AS n FROM effect_version WHERE effect_id = ${effectId}`,
  )
  await (known === undefined
    ? insertRows(writer, effects, [
        {
          id: effectId,
          slug: effect.slug,
          state: 'published',
          publishedN: n,
          seedHash: bytes.read(effect.seedHash),
          seededN: n,
          testedVersionId: noId<WorkflowVersionId>(),
          testedJobId: noId<JobId>(),
          testedAt: null,
          rev: 1,
        },
      ])
    : // Its state stays: an effect that an admin has disabled does not come back by itself.
      writer.run(sql`
        UPDATE effect SET published_n = ${n}, seeded_n = ${n}, seed_hash = ${key32.write(bytes.read(effect.seedHash))}, rev = rev + 1
        WHERE id = ${effectId}`))
  await insertRows(writer, effectVersions, [
    {
      effectId,
      n,
      content: effect.content,
      workflowVersionId: versionId,
      rolledFrom: 0,
      byId: by,
      at: now,
    },
  ])
  await insertRows(
    writer,
    effectMedia,
    effect.media.map(picture => ({
      effectId,
      sha256: bytes.read(picture.sha256),
      objectKey: picture.objectKey,
      contentType: picture.contentType,
      width: picture.width,
      height: picture.height,
      thumbhash: picture.thumbhash ?? null,
      alt: picture.alt,
      fromAssetId: noId(),
    })),
    { ifAbsent: true },
  )
  await assignIfNone(writer, workflowId, options.assign ?? [], by, now)
  return known === undefined ? 'created' : 'updated'
}

async function nextOf(writer: Writer, statement: Sql): Promise<number> {
  const row = await writer.first(statement)
  return int.read(row?.['n'] ?? 0) + 1
}

async function assignIfNone(
  writer: Writer,
  workflowId: WorkflowRow['id'],
  wanted: readonly { readonly stage: Stage; readonly fleetId: number }[],
  by: UserId,
  now: number,
): Promise<void> {
  for (const { stage, fleetId } of wanted) {
    const assigned = await writer.first(
      sql`SELECT fleet_id FROM workflow_fleet WHERE workflow_id = ${workflowId} AND stage = ${stages.numberOf(stage)}`,
    )
    if (assigned === undefined) {
      await insertRows(writer, workflowFleets, [{ workflowId, stage, fleetId, byId: by, at: now }])
    }
  }
}
