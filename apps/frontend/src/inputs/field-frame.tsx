import type { ReactNode } from 'react'
import { t } from '../text/en.ts'
import { CircleX } from '../ui/icon.ts'
import styles from './field-frame.module.css'

/** Label, help and fault around a field's widget. The fault stands under it, with icon and word. */
export function FieldFrame({
  id,
  title,
  help,
  required,
  fault,
  aside,
  isGroup,
  children,
}: {
  id: string
  title: string
  help: string | undefined
  required: boolean
  fault: string | undefined
  aside?: ReactNode
  /** The widget is several controls: a caption names the group instead of a label one of them. */
  isGroup: boolean
  children: ReactNode
}) {
  return (
    <div className={styles['field']} data-field={id}>
      <div className={styles['head']}>
        {isGroup ? (
          <span className={styles['label']} id={`${id}-label`}>
            {title}
          </span>
        ) : (
          <label className={styles['label']} htmlFor={id} id={`${id}-label`}>
            {title}
          </label>
        )}
        {required ? null : <span className={styles['optional']}>{t.field.optional}</span>}
        <span className={styles['gap']} />
        {aside}
      </div>
      {children}
      <div id={`${id}-about`} className={styles['about']}>
        {fault === undefined ? null : (
          <p className={styles['fault']}>
            <CircleX aria-hidden />
            {fault}
          </p>
        )}
        {help === undefined || help === '' ? null : <p className={styles['help']}>{help}</p>}
      </div>
    </div>
  )
}
