import {
  createContext,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react'
import { Check, X } from './icon.ts'
import styles from './toast.module.css'

interface Toast {
  readonly id: number
  readonly text: string
  readonly action?: { readonly word: string; readonly onPress: () => void }
}
type Show = (text: string, action?: Toast['action']) => void

const ToastContext = createContext<Show>(() => undefined)
/** Confirms what has been done. An error is never only a toast. */
export const useToast = (): Show => useContext(ToastContext)

const shownMs = 6_000
/** More at once push the oldest out. */
const toastsMax = 3

/** Holds the toasts of the page; they go by themselves, and stay while pointed at or focused. */
export function Toasts({ children, dismiss }: { children: ReactNode; dismiss: string }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const next = useRef(0)
  const held = useRef(false)
  const remove = useCallback((id: number) => {
    setToasts(now => now.filter(toast => toast.id !== id))
  }, [])
  const show = useCallback<Show>(
    (text, action) => {
      const id = ++next.current
      setToasts(now => [...now, { id, text, ...(action ? { action } : {}) }].slice(-toastsMax))
      const leave = () => {
        if (held.current) setTimeout(leave, 1_000)
        else remove(id)
      }
      setTimeout(leave, shownMs)
    },
    [remove],
  )
  const hold = useMemo(
    () => ({
      onPointerEnter: () => (held.current = true),
      onPointerLeave: () => (held.current = false),
      onFocus: () => (held.current = true),
      onBlur: () => (held.current = false),
    }),
    [],
  )
  return (
    <ToastContext value={show}>
      {children}
      <output className={styles['place']} aria-live="polite" {...hold}>
        {toasts.map(toast => (
          <span key={toast.id} className={styles['toast']}>
            <Check aria-hidden />
            <span className={styles['text']}>{toast.text}</span>
            {toast.action ? (
              <button
                type="button"
                className={styles['action']}
                onClick={() => {
                  toast.action?.onPress()
                  remove(toast.id)
                }}
              >
                {toast.action.word}
              </button>
            ) : null}
            <button
              type="button"
              className={styles['close']}
              aria-label={dismiss}
              onClick={() => {
                remove(toast.id)
              }}
            >
              <X aria-hidden />
            </button>
          </span>
        ))}
      </output>
    </ToastContext>
  )
}
