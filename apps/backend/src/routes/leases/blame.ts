/** From the node that an engine blames to the input that the person filled in. */
import type { JobId } from '@bp/contracts/ids'
import { pointer } from '@bp/domain/workflows/pointer'
import { declaredInputs, type DeclaredInputs } from '@bp/store/jobs/declared-inputs'
import type { Context } from '../../context.ts'
import { readContent } from '../effects/content.ts'
import { readInputs } from '../workflows/documents.ts'

/** Where in the graph it went wrong, as the worker tells it. */
export interface GraphPlace {
  /** `/graph/<node>` or `/graph/<node>/inputs/<field>`. */
  readonly pointer: string | null
  readonly nodeId: string | null
}

/**
 * The input to blame for each job, e.g. `/radius`: the one that goes into the failing node or, when the worker names
 * a field, into that very field. Jobs for which not exactly one input fits are left out.
 */
export async function inputsToBlame(
  failures: readonly { readonly jobId: JobId; readonly place: GraphPlace }[],
  { store, log }: Pick<Context, 'store' | 'log'>,
): Promise<ReadonlyMap<JobId, string>> {
  const placed = failures.filter(({ place }) => place.nodeId !== null)
  if (placed.length === 0) return new Map()
  try {
    const declared = await store.read(reader =>
      declaredInputs(
        reader,
        placed.map(({ jobId }) => jobId),
      ),
    )
    return new Map(
      placed.flatMap(({ jobId, place }) => {
        const found = declared.get(jobId)
        const input = found && blamed(found, place)
        return input === undefined ? [] : [[jobId, input] as const]
      }),
    )
  } catch (thrown) {
    // A convenience: the end of the job itself must not hang on it.
    log.warn({ err: thrown }, 'the input to blame for a failure could not be found')
    return new Map()
  }
}

function blamed({ inputs, effectContent }: DeclaredInputs, place: GraphPlace): string | undefined {
  // What the effect has fixed nobody fills in, so nobody can mend it.
  const fixed = effectContent === undefined ? {} : readContent(effectContent).fixed
  const field = fieldOf(place)
  const fitting = readInputs(inputs).filter(
    ({ key, targets }) =>
      !Object.hasOwn(fixed, key) &&
      targets.some(
        target => target.node === place.nodeId && (field === undefined || target.field === field),
      ),
  )
  const [only] = fitting
  return only !== undefined && fitting.length === 1 ? pointer(only.key) : undefined
}

/** The field that the worker's pointer names, when it points into the failing node. */
function fieldOf({ pointer: text, nodeId }: GraphPlace): string | undefined {
  const steps = (text ?? '')
    .split('/')
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const [, root, node, inputs, field] = steps
  return root === 'graph' && node === nodeId && inputs === 'inputs' ? field : undefined
}
