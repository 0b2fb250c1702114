import { useContext, useRef, useState, type DragEvent } from 'react'
import { t } from '../text/en.ts'
import { Button } from '../ui/button.tsx'
import { Check, CircleX, ImageUp, RotateCcw, Sparkles } from '../ui/icon.ts'
import { ProgressBar } from '../ui/progress-bar.tsx'
import type { FieldProps } from './field-props.ts'
import { FileSourceContext, type FieldFile } from './file-source.ts'
import styles from './image-field.module.css'

/** A picture: dropped, pasted, chosen, or the effect's own sample. Limits stand beside it before any mistake. */
export function ImageField({ name, id, title, describedBy, invalid, sampleUrl }: FieldProps) {
  const source = useContext(FileSourceContext)
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const file = source.fileOf(name)
  const allowed = source.allowed(name)
  const choose = () => input.current?.click()
  const take = (files: FileList | null | undefined) => {
    const first = files?.[0]
    if (first) source.bring(name, first)
  }
  const drop = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: () => {
      setOver(false)
    },
    onDrop: (event: DragEvent) => {
      if (event.dataTransfer.files.length === 0) return
      // Its own place is more exact than the page's, which would take the first free field.
      event.preventDefault()
      event.stopPropagation()
      setOver(false)
      take(event.dataTransfer.files)
    },
  }
  return (
    <div
      className={styles['place']}
      data-over={over || undefined}
      data-invalid={invalid || undefined}
      {...drop}
    >
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden
        accept={allowed.types.join(',')}
        onChange={event => {
          take(event.currentTarget.files)
          event.currentTarget.value = '' // choosing the same file again is a change, too
        }}
      />
      {file === undefined ? (
        <div className={styles['empty']}>
          <ImageUp aria-hidden />
          <p className={styles['invite']}>
            {t.image.drop}, {t.image.or}{' '}
            <button
              type="button"
              id={id}
              className={styles['pick']}
              aria-label={`${title}: ${t.image.pick}`}
              aria-describedby={describedBy}
              onClick={choose}
            >
              {t.image.pick}
            </button>
          </p>
          <p className={styles['limits']}>{allowed.text}</p>
          {sampleUrl === undefined ? null : (
            <Button
              size="small"
              icon={Sparkles}
              onPress={() => {
                source.bringSample(name, sampleUrl)
              }}
            >
              {t.image.sample}
            </Button>
          )}
        </div>
      ) : (
        <div className={styles['filled']}>
          <div className={styles['picture']}>
            {file.previewUrl === undefined ? null : (
              <img src={file.previewUrl} alt={t.image.alt(file.name)} />
            )}
          </div>
          <div className={styles['facts']}>
            <span className={styles['name']}>{file.name}</span>
            <State file={file} />
            <span className={styles['actions']}>
              <Button id={id} size="small" onPress={choose}>
                {t.image.replace}
              </Button>
              {file.state === 'failed' ? (
                <Button
                  size="small"
                  icon={RotateCcw}
                  onPress={() => {
                    source.again(name)
                  }}
                >
                  {t.uploads.retry}
                </Button>
              ) : null}
              <Button
                size="small"
                variant="quiet"
                onPress={() => {
                  source.remove(name)
                }}
              >
                {t.image.remove}
              </Button>
            </span>
          </div>
        </div>
      )}
    </div>
  )
}

/** One line of a fixed height: dimensions and where the file is. */
function State({ file }: { file: FieldFile }) {
  const size =
    file.width !== undefined && file.height !== undefined
      ? t.image.size(file.width, file.height)
      : ''
  if (file.state === 'failed')
    return (
      <span className={styles['failed']}>
        <CircleX aria-hidden />
        {file.fault}
      </span>
    )
  if (file.state === 'ready')
    return (
      <span className={`${styles['state']} figures`}>
        <Check aria-hidden />
        {size === '' ? t.image.ready : size}
      </span>
    )
  const word = file.state === 'reading' ? t.image.fingerprint : t.image.uploading
  return (
    <span className={styles['moving']}>
      <span className="figures">
        {word} {size}
      </span>
      <ProgressBar value={file.state === 'uploading' ? file.part : undefined} label={word} />
    </span>
  )
}
