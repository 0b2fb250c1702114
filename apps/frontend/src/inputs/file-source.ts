import { createContext } from 'react'

/** A file of a field, wherever it is on its way. */
export interface FieldFile {
  readonly state: 'reading' | 'uploading' | 'ready' | 'failed'
  readonly name: string
  readonly previewUrl: string | undefined
  readonly width: number | undefined
  readonly height: number | undefined
  /** 0 … 1 within its state. */
  readonly part: number
  readonly fault: string | undefined
}

/** Where file fields get their files from; the page gives it, so that fields know nothing of uploads. */
export interface FileSource {
  readonly fileOf: (name: string) => FieldFile | undefined
  readonly bring: (name: string, file: File) => void
  readonly bringSample: (name: string, url: string) => void
  readonly remove: (name: string) => void
  readonly again: (name: string) => void
  /** What a field takes, in words and as types of the file chooser. */
  readonly allowed: (name: string) => { readonly text: string; readonly types: readonly string[] }
}

export const FileSourceContext = createContext<FileSource>({
  fileOf: () => undefined,
  bring: () => undefined,
  bringSample: () => undefined,
  remove: () => undefined,
  again: () => undefined,
  allowed: () => ({ text: '', types: [] }),
})
