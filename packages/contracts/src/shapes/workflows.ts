import { z } from 'zod'
import { InputSchemaShape } from './effects.ts'
import { Slug, Time } from './wire.ts'

const WorkflowOutputShape = z.object({
  key: z.string(),
  node_id: z.string(),
  kind: z.string(),
})
export const Workflow = z.object({
  slug: Slug,
  name: z.string(),
  description: z.string(),
  current_version: z.int().nullable(),
})
export const WorkflowVersion = z.object({
  slug: Slug,
  version: z.int(),
  input_schema: InputSchemaShape,
  outputs: z.array(WorkflowOutputShape),
  graph_hash: z.string(),
  published_at: Time,
  changes: z.string(),
  /** Only when the version shows its graph. API format. */
  graph: z.record(z.string(), z.unknown()).nullable(),
})
export type Workflow = z.infer<typeof Workflow>
export type WorkflowVersion = z.infer<typeof WorkflowVersion>
