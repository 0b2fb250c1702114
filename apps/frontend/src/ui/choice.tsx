import type { ReactNode } from 'react'
import styles from './choice.module.css'

/**
 * One of a few (`radio`) or some of them (`checkbox`), each as a card or chip with whatever it has to say. The native
 * control lies under it, so that arrows, Space and Tab do what they always do.
 */
export function Choice({
  kind,
  look,
  name,
  value,
  isChosen,
  onChange,
  children,
}: {
  kind: 'radio' | 'checkbox'
  look: 'card' | 'chip'
  /** Radios of one name exclude each other. */
  name: string
  value: string
  isChosen: boolean
  onChange: (isChosen: boolean) => void
  children: ReactNode
}) {
  return (
    <label className={styles['choice']} data-look={look}>
      <input
        type={kind}
        name={name}
        value={value}
        className={styles['control']}
        checked={isChosen}
        onChange={event => {
          onChange(event.currentTarget.checked)
        }}
      />
      <span className={styles['face']}>{children}</span>
    </label>
  )
}

/** The choices of one field, under its name. */
export function Choices({
  kind,
  look,
  labelledBy,
  describedBy,
  children,
}: {
  kind: 'radiogroup' | 'group'
  look: 'card' | 'chip'
  labelledBy: string
  describedBy: string
  children: ReactNode
}) {
  return (
    <div
      className={styles['choices']}
      data-look={look}
      role={kind}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
    >
      {children}
    </div>
  )
}
