import styles from './switch.module.css'

/** On or off, with the state in words beside it. */
export function Switch({
  id,
  value,
  onChange,
  label,
  on,
  off,
  describedBy,
}: {
  id?: string
  value: boolean
  onChange: (value: boolean) => void
  label: string
  on: string
  off: string
  describedBy?: string
}) {
  return (
    <label className={styles['switch']}>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={styles['box']}
        checked={value}
        aria-checked={value}
        aria-label={label}
        aria-describedby={describedBy}
        onChange={event => {
          onChange(event.currentTarget.checked)
        }}
      />
      <span className={styles['track']} aria-hidden />
      <span className={styles['word']} aria-hidden>
        {value ? on : off}
      </span>
    </label>
  )
}
