import { useEffect, useRef } from 'react'

/** Ctrl+Enter (⌘+Enter) runs, wherever the focus is, also while somebody types. */
export function useRunKeys(run: () => void): void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      latest.current()
    }
    // Before React Aria: a button with the focus would take Enter as its own press.
    window.addEventListener('keydown', onKey, true)
    return () => {
      window.removeEventListener('keydown', onKey, true)
    }
  }, [])
}
