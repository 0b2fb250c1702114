import { t } from '../text/en.ts'
import { Dialog } from '../ui/dialog.tsx'
import styles from './keys-dialog.module.css'

/** Every key of the app. */
export function KeysDialog({ admin, onClose }: { admin: boolean; onClose: () => void }) {
  return (
    <Dialog title={t.shortcuts.title} close={t.app.close} open onClose={onClose}>
      <dl>
        {t.shortcuts.rows
          .filter(row => admin || row.admin !== true)
          .map(row => (
            <div key={row.text} className={styles['row']}>
              <dt>{row.text}</dt>
              <dd className={styles['keys']}>
                {row.keys.map(key => (
                  <kbd key={key} className={styles['key']}>
                    {key}
                  </kbd>
                ))}
              </dd>
            </div>
          ))}
      </dl>
    </Dialog>
  )
}
