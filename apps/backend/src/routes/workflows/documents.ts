/** The documents of a workflow version, which are ours: written when it was published, read here. */
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { inputKinds } from '@bp/contracts/inputs/schema'
import type { BodyCodec, WorkflowOutput } from '@bp/contracts/workflows'
import type { WorkflowInput } from '@bp/domain/workflows/inputs'

const Inputs = z.array(
  z.object({
    key: z.string(),
    kind: z.enum(inputKinds),
    targets: z.array(z.object({ node: z.string(), field: z.string() })),
    schema: z.looseObject({}),
    optional: z.boolean().optional(),
  }),
)
const Outputs = z.array(z.object({ key: z.string(), node_id: z.string(), kind: z.string() }))
const Needs = z.looseObject({ models: z.array(z.string()).default([]) })

/** What the version declares as inputs. The field schemas were checked when it was published. */
export function readInputs(text: string): readonly WorkflowInput[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schemas inside are our own checked document
  return Inputs.parse(JSON.parse(text)) as readonly WorkflowInput[]
}

export const readOutputs = (text: string): readonly WorkflowOutput[] =>
  Outputs.parse(JSON.parse(text))

/** Names of the models that a run needs. */
export const readModels = (text: string): readonly string[] => Needs.parse(JSON.parse(text)).models

/** Unpacked bodies are bounded: nothing of ours is larger than the largest submit, twice. */
const bodyBytesMax = 16_777_216

/** A body column as text. */
export function readBody(codec: BodyCodec, body: Uint8Array): string {
  switch (codec) {
    case 'bytes':
      return Buffer.from(body).toString('utf8')
    case 'gzip':
      return gunzipSync(body, { maxOutputLength: bodyBytesMax }).toString('utf8')
    case 'object_key':
      throw new Error('bodies in the object store are not written by this release')
  }
}
