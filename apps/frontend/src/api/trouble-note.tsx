import { t } from '../text/en.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { CircleX, RotateCcw } from '../ui/icon.ts'
import type { Trouble } from './problems.ts'
import styles from './trouble-note.module.css'

/** An error where it happened: what is wrong, what to do next, and how to report it. */
export function TroubleNote({
  trouble,
  onAgain,
  isAsking = false,
}: {
  trouble: Trouble
  onAgain?: () => void
  /** It is being tried again right now. */
  isAsking?: boolean
}) {
  return (
    <div className={styles['note']} role="alert">
      <CircleX aria-hidden />
      <div className={styles['words']}>
        <strong className={styles['sentence']}>{trouble.sentence}</strong>
        <span>{trouble.action}</span>
        {trouble.requestId === undefined ? null : (
          <span className={styles['request']}>{t.app.requestId(trouble.requestId)}</span>
        )}
      </div>
      <div className={styles['actions']}>
        {onAgain ? (
          <Button size="small" icon={RotateCcw} pending={isAsking} onPress={onAgain}>
            {t.app.tryAgain}
          </Button>
        ) : null}
        {trouble.who === 'us' ? (
          <CopyButton text={trouble.report} label={t.job.copyReport} done={t.app.copied} />
        ) : null}
      </div>
    </div>
  )
}
