import type { ReactNode } from 'react'
import styles from './empty.module.css'

/** Nothing is here yet: what will be, in one sentence, with a picture of it and one way on. */
export function Empty({
  title,
  text,
  picture,
  children,
}: {
  title: string
  text: string
  picture?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className={styles['empty']}>
      {picture === undefined ? null : <div className={styles['picture']}>{picture}</div>}
      <h2 className={styles['title']}>{title}</h2>
      <p className={styles['text']}>{text}</p>
      {children === undefined ? null : <div className={styles['action']}>{children}</div>}
    </div>
  )
}
