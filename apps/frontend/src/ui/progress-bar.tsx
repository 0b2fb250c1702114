import { useEffect, useRef } from 'react'
import styles from './progress-bar.module.css'

/** How far something is, 0 … 1; undefined: it moves, but nobody knows how far it is. */
export function ProgressBar({ value, label }: { value: number | undefined; label: string }) {
  const bar = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // By the style object, not a style attribute: the policy of the page refuses those.
    bar.current?.style.setProperty('--value', String(value ?? 0))
  }, [value])
  return (
    <div
      ref={bar}
      className={styles['track']}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <progress> cannot move smoothly or be styled alike everywhere
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === undefined ? undefined : Math.round(value * 100)}
      data-unknown={value === undefined || undefined}
    >
      <div className={styles['fill']} />
    </div>
  )
}
