import type { ReactElement } from 'react'
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { Check, type LucideIcon } from './icon.ts'
import styles from './menu.module.css'

export interface MenuEntry {
  readonly id: string
  readonly word: string
  readonly icon?: LucideIcon
  /** One of several was chosen: shown with a check mark. */
  readonly chosen?: boolean
  readonly onAction: () => void
}

/** A few actions behind one button. */
export function Menu({
  label,
  trigger,
  entries,
}: {
  label: string
  trigger: ReactElement
  entries: readonly MenuEntry[]
}) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles['popover'] ?? ''} placement="bottom end" offset={6}>
        <AriaMenu aria-label={label} className={styles['menu'] ?? ''}>
          {entries.map(entry => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.word}
              className={styles['item'] ?? ''}
              onAction={entry.onAction}
            >
              {entry.icon ? <entry.icon aria-hidden /> : null}
              <span className={styles['word']}>{entry.word}</span>
              {entry.chosen === true ? <Check aria-hidden /> : null}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}
