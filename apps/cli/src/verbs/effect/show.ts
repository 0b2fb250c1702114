import type { FieldSchema } from '@bp/contracts/inputs/schema'
import { findEffect } from '../../input/find-effect.ts'
import { inputSchemaOf } from '../../input/input-schema.ts'
import type { Run } from '../../verb.ts'

/** One effect: what it does, what it takes, how to run it. */
export const run: Run = async function* ({ args: [slug = ''] }, context) {
  const client = await context.client()
  const effect = await findEffect(client, slug, context.signal)
  const schema = inputSchemaOf(effect)
  const inputs = Object.entries(schema.properties).map(
    ([key, field]) =>
      [
        `-i ${key}=`,
        `${describe(field)}${schema.required.includes(key) ? ', required' : ''}`,
      ] as const,
  )
  if (effect.state === 'disabled')
    yield { say: 'note', code: 'effect_disabled', text: 'This effect is switched off.' }
  return {
    data: { effect },
    view: {
      kind: 'facts',
      facts: [
        ['effect', effect.slug],
        ['name', effect.name],
        ['about', effect.description],
        ['makes', effect.output_kind],
        ...inputs,
      ],
    },
    next: `npx bp run ${effect.slug} --sample -o out/`,
  }
}

function describe(field: FieldSchema): string {
  const { kind } = field['x-bp']
  const parts = [kind === 'enum' ? (field.enum ?? []).join(' | ') : kind]
  if (field.minimum !== undefined && field.maximum !== undefined)
    parts.push(`${field.minimum} to ${field.maximum}`)
  if (field.default !== undefined) parts.push(`default ${JSON.stringify(field.default)}`)
  return field.title === undefined ? parts.join(', ') : `${field.title} (${parts.join(', ')})`
}
