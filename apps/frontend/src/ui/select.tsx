import { Button } from 'react-aria-components/Button'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select'
import { Check, ChevronDown } from './icon.ts'
import styles from './select.module.css'

/** One of many, behind a button. */
export function Select({
  id,
  label,
  options,
  value,
  onChange,
  placeholder,
  describedBy,
  invalid = false,
}: {
  id: string
  label: string
  options: readonly { readonly value: string; readonly word: string }[]
  value: string | undefined
  onChange: (value: string) => void
  placeholder: string
  describedBy?: string
  invalid?: boolean
}) {
  return (
    <AriaSelect
      aria-label={label}
      selectedKey={value ?? null}
      isInvalid={invalid}
      placeholder={placeholder}
      onSelectionChange={key => {
        if (key !== null) onChange(String(key))
      }}
    >
      <Button
        id={id}
        className={styles['button'] ?? ''}
        {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      >
        <SelectValue className={styles['value'] ?? ''} />
        <ChevronDown aria-hidden />
      </Button>
      <Popover className={styles['popover'] ?? ''} offset={4}>
        <ListBox className={styles['list'] ?? ''}>
          {options.map(option => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.word}
              className={styles['item'] ?? ''}
            >
              <span>{option.word}</span>
              <Check className={styles['check']} aria-hidden />
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
