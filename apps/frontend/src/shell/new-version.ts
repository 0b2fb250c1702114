/**
 * After a deployment an old tab asks for a chunk that is gone. The page is then loaded anew, once; if that did not
 * help, a bar says what happened. What somebody typed is in the draft, filters are in the address.
 */
const reloadedKey = 'bp.reloaded-at'
/** Within this time a second automatic reload could only be a loop. */
const loopMs = 60_000

let isStale = false
const listeners = new Set<() => void>()
export const newVersion = {
  isStale: () => isStale,
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

export function listenForNewVersion(): void {
  window.addEventListener('vite:preloadError', event => {
    event.preventDefault()
    let reloadedAt = 0
    try {
      reloadedAt = Number(sessionStorage.getItem(reloadedKey) ?? 0)
      sessionStorage.setItem(reloadedKey, String(Date.now()))
    } catch {
      reloadedAt = Date.now() // without a memory a reload could loop
    }
    if (Date.now() - reloadedAt > loopMs) {
      location.reload()
      return
    }
    isStale = true
    for (const listener of listeners) listener()
  })
}
