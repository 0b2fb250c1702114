import { useQueries } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
/** Ties the file fields of one form to uploads and to files that are here already. */
import type { InputSchema } from '@bp/contracts/inputs/schema'
import { useMediaUrl, useSite } from '../api/live.tsx'
import { assets } from '../api/query-options/assets.ts'
import type { FieldFile, FileSource } from '../inputs/file-source.ts'
import { without } from '../inputs/without.ts'
import { addressFor } from '../media/thumb.tsx'
import { t } from '../text/en.ts'
import { pictureLimits, typeWords } from './check-picture.ts'
import { useUploads, type Upload } from './uploads.tsx'

export interface FormFiles {
  readonly source: FileSource
  /** Names of fields whose file is still on its way. */
  readonly pending: readonly string[]
  /** Sentences for fields whose file could not be brought. */
  readonly faults: Readonly<Record<string, string>>
}

/** `values[name]` becomes the asset's id as soon as its file is there. */
export function useFormFiles(
  schema: InputSchema,
  values: Readonly<Record<string, unknown>>,
  onChange: (name: string, value: unknown) => void,
): FormFiles {
  const uploads = useUploads()
  const site = useSite()
  const mediaUrl = useMediaUrl()
  const [ids, setIds] = useState<Readonly<Record<string, number>>>({})
  const [sampleFaults, setSampleFaults] = useState<Readonly<Record<string, string>>>({})
  const names = useMemo(
    () =>
      Object.entries(schema.properties).flatMap(([name, field]) =>
        field['x-bp'].kind === 'image' ? [name] : [],
      ),
    [schema],
  )
  const known = useQueries({
    queries: names.map(name => {
      const id = values[name]
      return {
        ...assets.show(typeof id === 'string' ? id : ''),
        enabled: typeof id === 'string' && uploads.find(ids[name])?.asset?.id !== id,
      }
    }),
  })

  useEffect(() => {
    for (const name of names) {
      const asset = uploads.find(ids[name])?.asset
      if (asset && values[name] !== asset.id) onChange(name, asset.id)
    }
  }, [names, ids, uploads, values, onChange])

  const limitsOf = (name: string) => pictureLimits(site?.limits, schema.properties[name]?.['x-bp'])
  const begin = (name: string, file: File) => {
    onChange(name, undefined)
    setSampleFaults(now => ({ ...now, [name]: '' }))
    // Not inside the setter: React may call that twice, and a file would be brought twice.
    const id = uploads.start(file, limitsOf(name))
    setIds(now => ({ ...now, [name]: id }))
  }

  const fileOf = (name: string): FieldFile | undefined => {
    const upload = uploads.find(ids[name])
    if (upload) return fromUpload(upload)
    const sampleFault = sampleFaults[name]
    if (sampleFault !== undefined && sampleFault !== '')
      return {
        state: 'failed',
        name: t.image.sample,
        previewUrl: undefined,
        width: undefined,
        height: undefined,
        part: 0,
        fault: sampleFault,
      }
    if (typeof values[name] !== 'string') return undefined
    const query = known[names.indexOf(name)]
    const asset = query?.data
    return {
      state: query?.isError === true ? 'failed' : 'ready',
      name: asset?.name ?? t.image.fromBefore,
      previewUrl: asset && addressFor(asset, 96),
      width: asset?.width ?? undefined,
      height: asset?.height ?? undefined,
      part: 1,
      fault: query?.isError === true ? t.errors.asset_missing.sentence : undefined,
    }
  }

  const bringSample = async (name: string, url: string | undefined) => {
    try {
      begin(name, await fetchFile(url))
    } catch {
      setSampleFaults(now => ({ ...now, [name]: t.image.sampleFailed }))
    }
  }

  const source: FileSource = {
    fileOf,
    bring: begin,
    bringSample: (name, url) => {
      void bringSample(name, mediaUrl(url))
    },
    remove: name => {
      const id = ids[name]
      if (id !== undefined && uploads.find(id)?.state !== 'ready') uploads.cancel(id)
      setIds(now => without(now, name))
      setSampleFaults(now => ({ ...now, [name]: '' }))
      onChange(name, undefined)
    },
    again: name => {
      const id = ids[name]
      if (id !== undefined) uploads.again(id)
    },
    allowed: name => {
      const limits = limitsOf(name)
      return {
        text: t.image.allowed(typeWords(limits.types), limits.bytesMax, limits.pixelsMax),
        types: limits.types,
      }
    },
  }
  const pending = names.filter(name => {
    const upload = uploads.find(ids[name])
    if (upload === undefined || upload.state === 'failed') return false
    // A file that has arrived is on its way until its id has become the value of the field.
    return upload.asset === undefined || values[name] !== upload.asset.id
  })
  const faults: Record<string, string> = {}
  for (const name of names) {
    const file = fileOf(name)
    if (file?.state === 'failed' && file.fault !== undefined) faults[name] = file.fault
  }
  return { source, pending, faults }
}

function fromUpload(upload: Upload): FieldFile {
  return {
    state:
      upload.state === 'ready' || upload.state === 'failed' || upload.state === 'uploading'
        ? upload.state
        : 'reading',
    name: upload.name,
    // What cannot be read as a picture would be shown as a broken one.
    previewUrl:
      upload.state === 'failed' && upload.width === undefined ? undefined : upload.previewUrl,
    width: upload.width,
    height: upload.height,
    part: upload.part,
    fault: upload.fault,
  }
}

/** Fetches a sample as a file. */
async function fetchFile(url: string | undefined): Promise<File> {
  if (url === undefined) throw new Error('The files origin is not known yet')
  const response = await fetch(url, { credentials: 'omit' })
  if (!response.ok) throw new Error(`The sample answered ${response.status}`)
  const blob = await response.blob()
  // Its address names it by its hash, which tells nobody anything.
  const extension = blob.type.split('/')[1] ?? 'png'
  const name = `${t.image.sampleName}.${extension}`
  return new File([blob], name, { type: blob.type })
}
