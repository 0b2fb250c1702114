import { createContext, useContext, useState, type ReactNode } from 'react'
import { createAnnouncer } from './announce.ts'

const AnnouncerContext = createContext<(sentence: string) => void>(() => undefined)
/** Says a sentence to screen readers, politely. */
export const useAnnounce = () => useContext(AnnouncerContext)

export function Announcer({ children }: { children: ReactNode }) {
  const [{ announce, attach }] = useState(createAnnouncer)
  return (
    <AnnouncerContext value={announce}>
      {children}
      <output ref={attach} className="visually-hidden" aria-live="polite" />
    </AnnouncerContext>
  )
}
