import styles from './skeleton.module.css'

/** The place of something that is on its way, in its final size. Shown after 300 ms only: quick answers never flicker. */
export function Skeleton({ className = '' }: { className?: string | undefined }) {
  // A span: it may also stand for words within a heading or a paragraph.
  return <span className={`${styles['skeleton']} ${className}`} aria-hidden />
}
