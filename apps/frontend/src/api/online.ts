import { useSyncExternalStore } from 'react'

const subscribe = (listener: () => void) => {
  window.addEventListener('online', listener)
  window.addEventListener('offline', listener)
  return () => {
    window.removeEventListener('online', listener)
    window.removeEventListener('offline', listener)
  }
}
const now = (): boolean => navigator.onLine

/** False when the browser knows that there is no connection; true says only that there may be one. */
export const useOnline = (): boolean => useSyncExternalStore(subscribe, now)
