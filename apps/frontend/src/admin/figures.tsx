import type { ReactNode } from 'react'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './figures.module.css'

/** The few numbers that stand on top of a page of the console. */
export const Figures = ({ children }: { children: ReactNode }) => (
  <dl className={styles['figures']}>{children}</dl>
)

/** Four of them on their way. */
export const FigureSkeletons = () => (
  <div className={styles['figures']}>
    {Array.from({ length: 4 }, (_, n) => (
      <Skeleton key={n} className={styles['skeleton']} />
    ))}
  </div>
)

/** A number with its word above and a note below, which keeps its place while it is empty. */
export const Figure = ({
  word,
  note,
  children,
}: {
  word: string
  note: string
  children: ReactNode
}) => (
  <div className={styles['figure']}>
    <dt>{word}</dt>
    <dd className={`${styles['value']} figures`}>{children}</dd>
    <dd className={styles['note']}>{note === '' ? '\u00a0' : note}</dd>
  </div>
)
