import '@fontsource-variable/jetbrains-mono/wght.css'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Me } from '@bp/contracts/shapes/users'
import { to } from '../addresses.ts'
import { Loaded } from '../api/loaded.tsx'
import { users } from '../api/query-options/users.ts'
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

/**
 * Shows its children to those who are signed in; to others, how to get in. Nothing is asked for before that; until it
 * is known who is calling, the skeleton of the children stands here.
 */
export function SignedIn({
  admin = false,
  skeleton,
  children,
}: {
  admin?: boolean
  skeleton: ReactNode
  children: ReactNode
}) {
  const me = useQuery(users.me())
  return (
    <Loaded query={me} skeleton={skeleton}>
      {found => (
        <Allowed me={found} admin={admin}>
          {children}
        </Allowed>
      )}
    </Loaded>
  )
}

function Allowed({ me, admin, children }: { me: Me; admin: boolean; children: ReactNode }) {
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
