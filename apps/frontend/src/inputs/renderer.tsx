import type { ComponentType } from 'react'
/** The form of an effect, from its input schema: one file a field kind, nothing skipped. */
import type { FieldSchema, InputKind, InputSchema } from '@bp/contracts/inputs/schema'
import { t } from '../text/en.ts'
import { formatNumber } from '../text/format.ts'
import { ChevronDown, Undo2 } from '../ui/icon.ts'
import { BoolField } from './bool-field.tsx'
import { EnumField } from './enum-field.tsx'
import { FieldFrame } from './field-frame.tsx'
import type { FieldProps } from './field-props.ts'
import { ImageField } from './image-field.tsx'
import { NumberField } from './number-field.tsx'
import { SeedField } from './seed-field.tsx'
import { PromptField, TextField } from './text-field.tsx'
import { UnknownField } from './unknown-field.tsx'
import styles from './renderer.module.css'

/** Kinds that this page can fill in; the others of contracts come later and block Run until then. */
const widgets: Partial<Record<InputKind, ComponentType<FieldProps>>> = {
  prompt: PromptField,
  text: TextField,
  int: NumberField,
  float: NumberField,
  bool: BoolField,
  enum: EnumField,
  seed: SeedField,
  image: ImageField,
}
/** Kinds whose widget is more than one control. */
const groups: ReadonlySet<string> = new Set(['image', 'enum', 'bool'])

export const titleOf = (schema: FieldSchema, name: string): string => schema.title ?? name
export const isKnownKind = (schema: FieldSchema): boolean =>
  widgets[schema['x-bp'].kind] !== undefined
/** The id of a field's control in the page, for focus and links. */
export const fieldId = (name: string): string => `field-${name}`

/** Fields in the order of the schema's own wish. */
export const orderedFields = (schema: InputSchema): readonly (readonly [string, FieldSchema])[] =>
  Object.entries(schema.properties).toSorted(
    ([, a], [, b]) => (a['x-bp'].order ?? Infinity) - (b['x-bp'].order ?? Infinity) || 0,
  )

export interface RendererProps {
  readonly schema: InputSchema
  readonly values: Readonly<Record<string, unknown>>
  readonly faults: Readonly<Record<string, string>>
  readonly samples: Readonly<Record<string, string>>
  readonly onChange: (name: string, value: unknown) => void
  readonly onBlur: (name: string) => void
}

export function Renderer(props: RendererProps) {
  const fields = orderedFields(props.schema)
  const basic = fields.filter(([, field]) => field['x-bp'].group !== 'advanced')
  const advanced = fields.filter(([, field]) => field['x-bp'].group === 'advanced')
  const advancedFault = advanced.some(([name]) => props.faults[name] !== undefined)
  return (
    <div className={styles['fields']}>
      {basic.map(([name, field]) => (
        <Field key={name} name={name} schema={field} form={props} />
      ))}
      {advanced.length > 0 ? (
        <details className={styles['more']} open={advancedFault || undefined}>
          <summary className={styles['summary']}>
            <ChevronDown aria-hidden />
            {t.effect.more}
          </summary>
          <div className={styles['fields']}>
            {advanced.map(([name, field]) => (
              <Field key={name} name={name} schema={field} form={props} />
            ))}
          </div>
        </details>
      ) : null}
    </div>
  )
}

function Field({ name, schema, form }: { name: string; schema: FieldSchema; form: RendererProps }) {
  const id = fieldId(name)
  const title = titleOf(schema, name)
  const Widget = widgets[schema['x-bp'].kind]
  const fault = form.faults[name]
  const value = form.values[name] ?? schema.default
  const changed = schema.default !== undefined && value !== schema.default
  const hasDefault = schema.default !== undefined
  return (
    <FieldFrame
      id={id}
      title={title}
      help={schema.description}
      required={hasDefault || form.schema.required.includes(name)}
      fault={fault}
      isGroup={groups.has(schema['x-bp'].kind)}
      aside={
        changed ? (
          <button
            type="button"
            className={styles['reset']}
            aria-label={`${title}: ${t.field.resetTo(defaultWord(schema))}`}
            onClick={() => {
              form.onChange(name, schema.default)
            }}
          >
            <Undo2 aria-hidden />
            {defaultWord(schema)}
          </button>
        ) : null
      }
    >
      {Widget ? (
        <Widget
          name={name}
          id={id}
          title={title}
          schema={schema}
          value={value}
          onChange={next => {
            form.onChange(name, next)
          }}
          onBlur={() => {
            form.onBlur(name)
          }}
          describedBy={`${id}-about`}
          invalid={fault !== undefined}
          sampleUrl={form.samples[name]}
        />
      ) : (
        <UnknownField id={id} />
      )}
    </FieldFrame>
  )
}

/** The default in words, for the mark that leads back to it. */
function defaultWord(schema: FieldSchema): string {
  const { default: value } = schema
  if (typeof value === 'number' && schema['x-bp'].kind !== 'enum') return formatNumber(value)
  if (typeof value === 'boolean') return value ? t.field.on : t.field.off
  if (value === 'random') return t.field.seedRandom
  const place = (schema.enum ?? []).findIndex(allowed => allowed === value)
  const text = schema['x-bp'].labels?.[place] ?? String(value)
  return text.length > 24 ? `${text.slice(0, 24)}…` : text
}
