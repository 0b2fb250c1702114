import '@fontsource-variable/jetbrains-mono/wght.css'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { to } from '../addresses.ts'
import { useMe } from '../api/live.tsx'
import { t } from '../text/en.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Empty } from '../ui/empty.tsx'
import link from '../ui/link-button.module.css'
import styles from './sign-in-note.module.css'

/** The command that prints a fresh link, ready to be copied. */
export function OpenCommand() {
  return (
    <span className={styles['command']}>
      <code>{t.signIn.command}</code>
      <CopyButton text={t.signIn.command} label={t.app.copy} done={t.app.copied} iconOnly />
    </span>
  )
}

/** Shows its children to those who are signed in; to others, how to get in. Nothing is asked for before that. */
export function SignedIn({ admin = false, children }: { admin?: boolean; children: ReactNode }) {
  const me = useMe()
  if (!me) return null
  if (!me.user)
    return (
      <Empty title={t.signIn.title} text={t.signIn.text}>
        <div className={styles['ways']}>
          <OpenCommand />
          <Link to={to.effects} className={link['link']} data-variant="quiet">
            {t.signIn.look}
          </Link>
        </div>
      </Empty>
    )
  if (admin && me.user.role !== 'admin')
    return (
      <Empty title={t.signIn.adminOnly} text={t.signIn.adminText}>
        <Link to={to.effects} className={link['link']}>
          {t.signIn.look}
        </Link>
      </Empty>
    )
  return children
}
