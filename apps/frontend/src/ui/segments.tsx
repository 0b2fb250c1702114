import { useId } from 'react'
import styles from './segments.module.css'

export interface Segment<Value extends string> {
  readonly value: Value
  readonly word: string
}

/** One of a few, all in sight. Native radio buttons underneath: arrows move, Tab goes on. */
export function Segments<Value extends string>({
  label,
  options,
  value,
  onChange,
  describedBy,
  invalid = false,
}: {
  label: string
  options: readonly Segment<Value>[]
  value: Value | undefined
  onChange: (value: Value) => void
  describedBy?: string
  invalid?: boolean
}) {
  const name = useId()
  return (
    <div
      className={styles['segments']}
      role="radiogroup"
      aria-label={label}
      aria-describedby={describedBy}
      data-invalid={invalid || undefined}
    >
      {options.map(option => (
        <label key={option.value} className={styles['segment']}>
          <input
            type="radio"
            className={styles['radio']}
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => {
              onChange(option.value)
            }}
          />
          <span className={styles['word']}>{option.word}</span>
        </label>
      ))}
    </div>
  )
}
