import type { ReactNode } from 'react'
import type { Job } from '@bp/contracts/shapes/jobs'
import { t, type ErrorText } from '../text/en.ts'
import { formatAge } from '../text/format.ts'
import { CircleMinus, CircleX, TimerOff } from '../ui/icon.ts'
import styles from './failed-note.module.css'

const texts: Readonly<Record<string, ErrorText>> = t.jobErrors

/** Why a run ended without a result: a plain sentence, whose turn it is, and the one next step (`children`). */
export function FailedNote({
  job,
  nowMs,
  children,
}: {
  job: Job
  nowMs: number
  children?: ReactNode
}) {
  const { error } = job
  const age = formatAge(Date.parse(job.finished_at ?? job.created_at), nowMs)
  if (job.status === 'canceled' || job.status === 'expired') {
    const canceled = job.status === 'canceled'
    const Icon = canceled ? CircleMinus : TimerOff
    return (
      <div className={styles['note']} data-tone="neutral">
        <Icon aria-hidden />
        <div className={styles['words']}>
          <h2 className={styles['title']}>{canceled ? t.job.canceledTitle : t.job.expiredTitle}</h2>
          <p>{canceled ? t.job.canceledText(age) : t.job.expiredText(age)}</p>
        </div>
        {children === undefined ? null : <div className={styles['actions']}>{children}</div>}
      </div>
    )
  }
  const text = (error && texts[error.code]) ?? t.jobErrors.internal
  return (
    <div className={styles['note']} data-tone="bad">
      <CircleX aria-hidden />
      <div className={styles['words']}>
        <h2 className={styles['title']}>{t.job.failedTitle}</h2>
        <p>
          {text.sentence} {text.action}
        </p>
        {error === null || error.message === '' ? null : (
          <p className={styles['detail']}>
            {error.message}
            {error.node_id === null || error.node_class === null
              ? ''
              : ` · ${t.job.node(error.node_class, error.node_id)}`}
          </p>
        )}
        <p className={styles['turn']}>{t.app.whoTurn[text.who]}</p>
      </div>
      {children === undefined ? null : <div className={styles['actions']}>{children}</div>}
    </div>
  )
}
