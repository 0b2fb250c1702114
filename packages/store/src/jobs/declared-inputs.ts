import type { JobId } from '@bp/contracts/ids'
import { doc, id, maybe } from '../row.ts'
import { list, sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** What a job was filled from: documents of its workflow version and, when it ran an effect, of that edition. */
export interface DeclaredInputs {
  /** JSON text of `workflow_version.inputs`. */
  readonly inputs: string
  /** JSON text of `effect_version.content`. */
  readonly effectContent?: string
}

/** The declared inputs of these jobs. Jobs of bare graphs have none and are left out. At most a few dozen ids. */
export async function declaredInputs(
  reader: Reader,
  ids: readonly JobId[],
): Promise<ReadonlyMap<JobId, DeclaredInputs>> {
  if (ids.length === 0) return new Map()
  const rows = await reader.all(sql`
    SELECT j.id AS id, v.inputs AS inputs, e.content AS content
    FROM job j JOIN job_info i ON i.job_id = j.id
    JOIN workflow_version v ON v.id = j.workflow_version_id
    LEFT JOIN effect_version e ON e.effect_id = j.effect_id AND e.n = i.effect_n
    WHERE j.id IN ${list([...ids])}`)
  return new Map(
    rows.map(row => {
      const content = maybe(doc).read(row['content'])
      return [
        id<JobId>().read(row['id']),
        {
          inputs: doc.read(row['inputs']),
          ...(content === null ? {} : { effectContent: content }),
        },
      ]
    }),
  )
}
