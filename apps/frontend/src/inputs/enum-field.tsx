import { t } from '../text/en.ts'
import { Segments } from '../ui/segments.tsx'
import { Select } from '../ui/select.tsx'
import type { FieldProps } from './field-props.ts'
import styles from './field.module.css'

const segmentsMax = 5
/** Segments need room: longer words go into a select. */
const segmentLettersMax = 36

/** One of a list: up to five in sight, more in a select. A saved value that is gone stays visible as such. */
export function EnumField({
  id,
  title,
  schema,
  value,
  onChange,
  describedBy,
  invalid,
}: FieldProps) {
  const values = schema.enum ?? []
  const labels = schema['x-bp'].labels ?? []
  const options = values.map((allowed, index) => ({
    value: String(allowed),
    word: labels[index] ?? wordOf(allowed),
  }))
  const choose = (text: string) => {
    onChange(values.find(allowed => String(allowed) === text))
  }
  const current = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  const gone = current !== undefined && !options.some(option => option.value === current)
  const letters = options.reduce((sum, option) => sum + option.word.length, 0)
  const shared = {
    label: title,
    options,
    value: gone ? undefined : current,
    onChange: choose,
    invalid,
    ...(describedBy === undefined ? {} : { describedBy }),
  }
  return (
    <>
      {gone ? <s className={styles['count']}>{t.field.gone(current)}</s> : null}
      {options.length <= segmentsMax && letters <= segmentLettersMax ? (
        <Segments {...shared} />
      ) : (
        <Select id={id} placeholder={t.field.choose} {...shared} />
      )}
    </>
  )
}

/** "soft_glow" → "Soft glow". */
function wordOf(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = value.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
