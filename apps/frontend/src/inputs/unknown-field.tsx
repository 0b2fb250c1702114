import { t } from '../text/en.ts'
import { TriangleAlert } from '../ui/icon.ts'
import styles from './field.module.css'

/** A kind this page does not know. It blocks Run with the reason; it is never silently left out. */
export function UnknownField({ id }: { id: string }) {
  return (
    <div className={styles['blocked']} id={id} tabIndex={-1}>
      <TriangleAlert aria-hidden />
      {t.field.unknownKind}
    </div>
  )
}
