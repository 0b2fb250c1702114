import { effectStates } from '@bp/contracts/effects'
import { list, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workflowVersions, workflows } from '../workflows/rows.ts'
import type { PublishedEffect } from './published-effect.ts'
import { effectMedia, effectVersions, effects } from './rows.ts'

/** Published effects behind a condition on `e`, each with the version that it runs and its pictures. */
export async function publishedEffects(
  reader: Reader,
  where: Sql,
): Promise<readonly PublishedEffect[]> {
  const rows = await reader.all(sql`
    SELECT ${effects.select('e')}, ${effectVersions.select('x')}, ${workflowVersions.select('v')}, ${workflows.select('w')}
    FROM effect e JOIN effect_version x ON x.effect_id = e.id AND x.n = e.published_n
    JOIN workflow_version v ON v.id = x.workflow_version_id JOIN workflow w ON w.id = v.workflow_id
    WHERE e.state = ${effectStates.numberOf('published')} AND ${where}`)
  if (rows.length === 0) return []
  const ids = rows.map(row => effects.read(row, 'e').id)
  const pictures = await reader.all(
    sql`SELECT ${effectMedia.select()} FROM effect_media WHERE effect_id IN ${list(ids)}`,
  )
  const mediaOf = Map.groupBy(
    pictures.map(row => effectMedia.read(row)),
    picture => picture.effectId,
  )
  return rows.map(row => {
    const effect = effects.read(row, 'e')
    const content = effectVersions.read(row, 'x')
    const version = workflowVersions.read(row, 'v')
    return {
      id: effect.id,
      slug: effect.slug,
      n: content.n,
      content: content.content,
      workflowId: version.workflowId,
      workflowSlug: workflows.read(row, 'w').slug,
      workflowVersionId: version.id,
      workflowN: version.n,
      inputs: version.inputs,
      inputSchema: version.inputSchema,
      outputs: version.outputs,
      needs: version.needs,
      media: mediaOf.get(effect.id) ?? [],
    }
  })
}
