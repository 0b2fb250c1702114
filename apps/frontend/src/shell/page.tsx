import { createContext, useContext, useEffect, useRef, type ReactNode } from 'react'
import { useSite } from '../api/live.tsx'
import { t } from '../text/en.ts'
import styles from './page.module.css'

/** The address the visit began at, until another page was shown: only later pages take the focus. */
export interface Visit {
  first: string | undefined
  moved: boolean
}
export const VisitContext = createContext<Visit>({ first: undefined, moved: false })

/**
 * A page: its title (also the window's), its one `h1`, and the focus on arrival. `progress` stands before the window's
 * title while a run is under way.
 */
export function Page({
  title,
  heading = title,
  lead,
  progress,
  aside,
  above,
  hideHeading = false,
  takesFocus = true,
  children,
}: {
  title: string
  heading?: ReactNode
  lead?: ReactNode
  progress?: string | undefined
  aside?: ReactNode
  above?: ReactNode
  hideHeading?: boolean
  /** False when something on the page takes the focus itself. */
  takesFocus?: boolean
  children: ReactNode
}) {
  const site = useSite()?.name ?? t.app.name
  const visit = useContext(VisitContext)
  const h1 = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const plain = t.app.title(title, site)
    document.title = progress === undefined ? plain : t.app.titleProgress(progress, plain)
  }, [title, site, progress])
  useEffect(() => {
    visit.first ??= location.pathname
    if (location.pathname !== visit.first) visit.moved = true
    if (visit.moved && takesFocus) h1.current?.focus({ preventScroll: true })
    // oxlint-disable-next-line react/exhaustive-deps -- on arrival only
  }, [])
  return (
    <div className={styles['page']}>
      {above}
      <div className={hideHeading ? 'visually-hidden' : styles['head']}>
        <div className={styles['words']}>
          <h1 ref={h1} tabIndex={-1} className={styles['title']}>
            {heading}
          </h1>
          {lead === undefined ? null : <p className={styles['lead']}>{lead}</p>}
        </div>
        {aside === undefined ? null : <div className={styles['aside']}>{aside}</div>}
      </div>
      {children}
    </div>
  )
}
