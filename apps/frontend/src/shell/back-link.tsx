import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ChevronLeft } from '../ui/icon.ts'
import styles from './back-link.module.css'

/** The way up from a page, above its title. */
export const BackLink = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link to={to} className={styles['back']}>
    <ChevronLeft aria-hidden />
    {children}
  </Link>
)
