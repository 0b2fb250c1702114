/** Keys of the whole page. None works while somebody types. */
import { useEffect, useRef } from 'react'

/** Between the two keys of "g e" at most this much time passes. */
const chordMs = 1_200

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement &&
      !['range', 'radio', 'checkbox', 'button'].includes(target.type)))

/** `actions` by key: `/`, `?`, or `g e` for two keys in a row. */
export function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  const current = useRef(actions)
  useEffect(() => {
    current.current = actions
  })
  useEffect(() => {
    let first: { key: string; atMs: number } | undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (
        isTyping(event.target) ||
        document.querySelector('[role=dialog], [role=menu], [role=listbox]')
      )
        return
      const chord =
        first && event.timeStamp - first.atMs < chordMs ? `${first.key} ${event.key}` : event.key
      first = event.key === 'g' ? { key: 'g', atMs: event.timeStamp } : undefined
      const action = current.current[chord]
      if (!action) return
      event.preventDefault()
      action()
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [])
}
