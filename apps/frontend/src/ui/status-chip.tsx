import type { StatusRow } from './status.ts'
import styles from './status-chip.module.css'

/** A state: colour, icon and word together, so that none of them is needed alone. */
export function StatusChip({ row, word }: { row: StatusRow; word?: string }) {
  const Icon = row.icon
  return (
    <span className={styles['chip']} data-tone={row.tone}>
      <Icon aria-hidden />
      <span>{word ?? row.word}</span>
    </span>
  )
}
