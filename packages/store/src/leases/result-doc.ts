import { formatId } from '@bp/contracts/ids'
import type { IdentifiedOutput } from './insert-outputs.ts'
import type { EndKind } from './lease-end.ts'

/** The document of `job_result`: outputs by asset, what went wrong, the worker's timings. */
export function resultOf(
  end: EndKind,
  errorCode: string | null,
  outputs: readonly IdentifiedOutput[],
): string {
  const details = end.kind === 'job_fault' ? end.error : undefined
  const message = end.kind === 'infrastructure' ? end.message : details?.message
  return JSON.stringify({
    outputs: outputs.map(output => ({
      asset: formatId('asset', output.assetId),
      key: output.key,
      node_id: output.nodeId,
      reused: output.reused === true,
    })),
    ...(errorCode === null
      ? {}
      : {
          error: {
            code: errorCode,
            message,
            node_id: details?.nodeId,
            node_class: details?.nodeClass,
            pointer: details?.pointer,
            received: details?.received,
            allowed: details?.allowed,
            traceback: details?.traceback,
          },
        }),
    ...('timings' in end && end.timings !== undefined ? { timings: end.timings } : {}),
  })
}
