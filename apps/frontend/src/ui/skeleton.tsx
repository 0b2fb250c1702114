import styles from './skeleton.module.css'

/** The place of something that is on its way, in its final size. Shown after 300 ms only: quick answers never flicker. */
export function Skeleton({ className = '' }: { className?: string | undefined }) {
  return <div className={`${styles['skeleton']} ${className}`} aria-hidden />
}
