import { limits } from '@bp/contracts/limits'
import { t } from '../text/en.ts'
import type { FieldProps } from './field-props.ts'
import styles from './field.module.css'

/** One line of text. */
export function TextField({
  id,
  value,
  onChange,
  onBlur,
  describedBy,
  invalid,
  schema,
}: FieldProps) {
  const example = schema.examples?.find(item => typeof item === 'string')
  return (
    <input
      id={id}
      className={styles['text']}
      type="text"
      autoComplete="off"
      value={typeof value === 'string' ? value : ''}
      placeholder={typeof example === 'string' ? example : undefined}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      onChange={event => {
        onChange(event.currentTarget.value)
      }}
      onBlur={onBlur}
    />
  )
}

/** A growing text with its length and a few examples. Too long a text is marked, never cut. */
export function PromptField({
  id,
  value,
  onChange,
  onBlur,
  describedBy,
  invalid,
  schema,
}: FieldProps) {
  const text = typeof value === 'string' ? value : ''
  const most = Math.min(schema.maxLength ?? limits.inputTextMax, limits.inputTextMax)
  const examples = (schema.examples ?? []).filter(item => typeof item === 'string').slice(0, 4)
  return (
    <>
      <textarea
        id={id}
        className={styles['area']}
        value={text}
        rows={4}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        onChange={event => {
          onChange(event.currentTarget.value)
        }}
        onBlur={onBlur}
      />
      <span className={`${styles['count']} figures`} data-over={text.length > most || undefined}>
        {t.field.length(text.length, most)}
      </span>
      {examples.length > 0 ? (
        <ul className={styles['examples']} aria-label={t.field.examples}>
          {examples.map(example => (
            <li key={example}>
              <button
                type="button"
                className={styles['example']}
                onClick={() => {
                  onChange(example)
                }}
              >
                {example}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  )
}
