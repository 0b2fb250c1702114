/** Pictures that are dropped or pasted anywhere on a page. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react'

const firstFile = (data: DataTransfer | null): File | undefined => data?.files[0]

/** Calls `onFile` for a file dropped anywhere; answers whether one hovers over the page. */
export function usePageDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false)
  const latest = useRef(onFile)
  useEffect(() => {
    latest.current = onFile
  })
  // Before the first paint: whoever sees the page can drop.
  useLayoutEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent) => {
      // Leaving one element for another inside the page is no leaving.
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      if (event.defaultPrevented) return // a field has taken it
      const file = firstFile(event.dataTransfer)
      if (!file) return
      event.preventDefault()
      latest.current(file)
    }
    const onAnyDrop = () => {
      setOver(false)
    }
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDrop)
    window.addEventListener('drop', onAnyDrop, true)
    return () => {
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('drop', onDrop)
      window.removeEventListener('drop', onAnyDrop, true)
    }
  }, [])
  return over
}

/** Calls `onFile` for a picture pasted anywhere. Text is left to the field it is pasted into. */
export function usePagePaste(onFile: (file: File) => void): void {
  const latest = useRef(onFile)
  useEffect(() => {
    latest.current = onFile
  })
  useLayoutEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = firstFile(event.clipboardData)
      if (!file?.type.startsWith('image/')) return
      event.preventDefault()
      latest.current(file)
    }
    window.addEventListener('paste', onPaste)
    return () => {
      window.removeEventListener('paste', onPaste)
    }
  }, [])
}
