import {
  createContext,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react'
/**
 * Files on their way, for the whole page: they go on while pages change.
 *
 *   checking → fingerprinting → uploading → ready
 *       └──────────┴────────────────┴──────→ failed (a sentence) · gone (canceled)
 */
import { bringFile } from '@bp/client/upload'
import type { Asset } from '@bp/contracts/shapes/assets'
import { client } from '../api/client.ts'
import { readTrouble } from '../api/problems.ts'
import { pictureFault, readPicture, type PictureLimits } from './check-picture.ts'
import { fingerprint } from './fingerprint.ts'
import { putWithProgress } from './put-with-progress.ts'

export interface Upload {
  readonly id: number
  readonly name: string
  readonly sizeBytes: number
  /** A local address of the picture, shown at once. */
  readonly previewUrl: string
  readonly width: number | undefined
  readonly height: number | undefined
  readonly state: 'checking' | 'fingerprinting' | 'uploading' | 'ready' | 'failed'
  /** 0 … 1 within its state. */
  readonly part: number
  readonly asset: Asset | undefined
  readonly fault: string | undefined
}

export interface Uploads {
  readonly all: readonly Upload[]
  readonly find: (id: number | undefined) => Upload | undefined
  /** Checks and brings a picture; the answer is its number in `all`. */
  readonly start: (file: File, limits: PictureLimits) => number
  readonly again: (id: number) => void
  readonly cancel: (id: number) => void
}

const UploadsContext = createContext<Uploads>({
  all: [],
  find: () => undefined,
  start: () => 0,
  again: () => undefined,
  cancel: () => undefined,
})
export const useUploads = (): Uploads => useContext(UploadsContext)

/** Beyond this the oldest that has ended is forgotten, with its local picture. */
const uploadsKeptMax = 24

export function UploadsProvider({ children }: { children: ReactNode }) {
  const [all, setAll] = useState<readonly Upload[]>([])
  const next = useRef(0)
  const running = useRef(
    new Map<number, { file: File; limits: PictureLimits; abort: AbortController }>(),
  )

  const change = useCallback((id: number, facts: Partial<Upload>) => {
    setAll(now => now.map(upload => (upload.id === id ? { ...upload, ...facts } : upload)))
  }, [])

  const bring = useCallback(
    async (id: number) => {
      const given = running.current.get(id)
      if (!given) return
      const { file, limits, abort } = given
      const { signal } = abort
      try {
        const fault = pictureFault(file, limits)
        if (fault !== undefined) {
          change(id, { state: 'failed', fault })
          return
        }
        const facts = await readPicture(file, limits)
        if ('fault' in facts) {
          change(id, { state: 'failed', fault: facts.fault })
          return
        }
        change(id, { ...facts, state: 'fingerprinting', part: 0 })
        const onPart = (part: number) => {
          change(id, { part })
        }
        const sha256 = await fingerprint(file, signal, onPart)
        change(id, { state: 'uploading', part: 0 })
        const asset = await bringFile(client, {
          bytes: file,
          sha256,
          sizeBytes: file.size,
          contentType: file.type,
          name: file.name,
          fetch: putWithProgress(onPart),
          signal,
        })
        change(id, { state: 'ready', part: 1, asset })
      } catch (error) {
        if (signal.aborted) return
        const trouble = readTrouble(error)
        change(id, { state: 'failed', fault: `${trouble.sentence} ${trouble.action}` })
      }
    },
    [change],
  )

  const value = useMemo<Uploads>(
    () => ({
      all,
      find: id => (id === undefined ? undefined : all.find(upload => upload.id === id)),
      start: (file, limits) => {
        const id = ++next.current
        running.current.set(id, { file, limits, abort: new AbortController() })
        const upload: Upload = {
          id,
          name: file.name === '' ? 'picture' : file.name,
          sizeBytes: file.size,
          previewUrl: URL.createObjectURL(file),
          width: undefined,
          height: undefined,
          state: 'checking',
          part: 0,
          asset: undefined,
          fault: undefined,
        }
        setAll(now => {
          const kept = [...now, upload]
          const oldest =
            kept.length > uploadsKeptMax
              ? kept.find(one => one.state === 'ready' || one.state === 'failed')
              : undefined
          if (!oldest) return kept
          URL.revokeObjectURL(oldest.previewUrl)
          running.current.delete(oldest.id)
          return kept.filter(one => one !== oldest)
        })
        void bring(id)
        return id
      },
      again: id => {
        const given = running.current.get(id)
        if (!given) return
        running.current.set(id, { ...given, abort: new AbortController() })
        change(id, { state: 'checking', part: 0, fault: undefined })
        void bring(id)
      },
      cancel: id => {
        running.current.get(id)?.abort.abort()
        running.current.delete(id)
        setAll(now => {
          const gone = now.find(upload => upload.id === id)
          if (gone) URL.revokeObjectURL(gone.previewUrl)
          return now.filter(upload => upload.id !== id)
        })
      },
    }),
    [all, bring, change],
  )
  return <UploadsContext value={value}>{children}</UploadsContext>
}
