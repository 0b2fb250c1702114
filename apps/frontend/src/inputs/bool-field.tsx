import { t } from '../text/en.ts'
import { Switch } from '../ui/switch.tsx'
import type { FieldProps } from './field-props.ts'

/** On or off. */
export function BoolField({ id, title, value, onChange, describedBy, schema }: FieldProps) {
  const [off, on] = schema['x-bp'].labels ?? []
  return (
    <Switch
      id={id}
      value={value === true}
      onChange={onChange}
      label={title}
      on={on ?? t.field.on}
      off={off ?? t.field.off}
      {...(describedBy === undefined ? {} : { describedBy })}
    />
  )
}
