import { useEffect, useRef, useState } from 'react'
import { t } from '../text/en.ts'
import type { FieldProps } from './field-props.ts'
import styles from './field.module.css'

/**
 * A slider and a box for the same number (int and float). What is typed stays as it is, also outside the range:
 * it is marked, never changed behind one's back.
 */
export function NumberField({
  id,
  title,
  schema,
  value,
  onChange,
  onBlur,
  describedBy,
  invalid,
}: FieldProps) {
  const slider = useRef<HTMLInputElement>(null)
  const whole = schema['x-bp'].kind === 'int'
  const { minimum, maximum } = schema
  const step = schema.multipleOf ?? (whole ? 1 : 'any')
  const ranged = minimum !== undefined && maximum !== undefined
  const shown = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : ''
  const [typed, setTyped] = useState(shown)
  const [lastShown, setLastShown] = useState(shown)
  if (shown !== lastShown) {
    setLastShown(shown)
    // "1." while typing 1.5 is the same number: the text of the hand wins.
    if (Number(typed) !== Number(shown) || typed === '') setTyped(shown)
  }
  const number = typeof value === 'number' ? value : (minimum ?? 0)

  useEffect(() => {
    if (!ranged) return
    const part = maximum > minimum ? (number - minimum) / (maximum - minimum) : 0
    slider.current?.style.setProperty('--fill', `${Math.min(100, Math.max(0, part * 100))}%`)
  }, [number, ranged, minimum, maximum])

  return (
    <div className={styles['row']}>
      {ranged ? (
        <input
          ref={slider}
          type="range"
          className={styles['slider']}
          min={minimum}
          max={maximum}
          step={step === 'any' ? (maximum - minimum) / 100 : step}
          value={number}
          aria-label={t.field.slider(title)}
          onChange={event => {
            const next = event.currentTarget.valueAsNumber
            onChange(whole ? Math.round(next) : Number(next.toFixed(6)))
          }}
          onPointerUp={onBlur}
        />
      ) : null}
      <span className={styles['boxed']}>
        <input
          id={id}
          className={styles['number']}
          data-unit={schema['x-bp'].unit}
          inputMode={whole ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={typed}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={event => {
            const text = event.currentTarget.value.replace(',', '.')
            setTyped(text)
            const next = text.trim() === '' ? Number.NaN : Number(text)
            onChange(text.trim() === '' ? undefined : Number.isNaN(next) ? text : next)
          }}
          onKeyDown={event => {
            const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
            if (direction === 0 || typeof value !== 'number') return
            event.preventDefault()
            const by = (step === 'any' ? 0.1 : step) * direction * (event.shiftKey ? 10 : 1)
            const next = Number((value + by).toFixed(6))
            onChange(Math.min(maximum ?? next, Math.max(minimum ?? next, next)))
          }}
          onBlur={onBlur}
        />
        {schema['x-bp'].unit === undefined ? null : (
          <span className={styles['unit']} aria-hidden>
            {schema['x-bp'].unit}
          </span>
        )}
      </span>
    </div>
  )
}
