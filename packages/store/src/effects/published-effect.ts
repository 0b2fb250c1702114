import type { EffectId, WorkflowId, WorkflowVersionId } from '@bp/contracts/ids'
import type { EffectMediaRow } from './rows.ts'

/** A published effect with the workflow version it runs. Documents are JSON text, kept exact. */
export interface PublishedEffect {
  readonly id: EffectId
  readonly slug: string
  readonly n: number
  /** Name, description, tags, pictures by sha256, fixed, labels, order, presets, examples, price. */
  readonly content: string
  readonly workflowId: WorkflowId
  readonly workflowSlug: string
  readonly workflowVersionId: WorkflowVersionId
  readonly workflowN: number
  readonly inputs: string
  readonly inputSchema: string
  readonly outputs: string
  readonly needs: string
  readonly media: readonly EffectMediaRow[]
}
