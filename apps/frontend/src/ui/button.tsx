import { useId, type ReactNode } from 'react'
import { Button as AriaButton } from 'react-aria-components/Button'
import type { LucideIcon } from './icon.ts'
import type { Permission } from './permission.ts'
import { Tooltip } from './tooltip.tsx'
import styles from './button.module.css'

export interface ButtonProps {
  readonly children: ReactNode
  readonly onPress: () => void
  readonly variant?: 'primary' | 'secondary' | 'quiet'
  readonly size?: 'small' | 'normal' | 'large'
  readonly icon?: LucideIcon
  /** Show the icon only; the words become name and tooltip. */
  readonly iconOnly?: boolean
  /** Not allowed: the button keeps its focus and says the reason; the press does nothing. */
  readonly can?: Permission
  readonly pending?: boolean
  /** Takes the focus when it appears: after a navigation that leads to this very button. */
  readonly takesFocus?: boolean
  readonly id?: string
  readonly className?: string
  readonly keys?: string
}

/**
 * The only button. There is no `disabled`: taken out of the tab order, a button could not tell its reason.
 */
export function Button({
  children,
  onPress,
  variant = 'secondary',
  size = 'normal',
  icon: Icon,
  iconOnly = false,
  can = true,
  pending = false,
  takesFocus = false,
  id,
  className = '',
  keys,
}: ButtonProps) {
  const reasonId = useId()
  const refused = can === true ? undefined : can.reason
  const blocked = refused !== undefined || pending
  const button = (
    <AriaButton
      {...(id === undefined ? {} : { id })}
      className={`${styles['button']} ${className}`}
      data-variant={variant}
      data-size={size}
      data-icon-only={iconOnly || undefined}
      data-blocked={blocked || undefined}
      {...(blocked ? { 'aria-disabled': true } : {})}
      {...(refused === undefined ? {} : { 'aria-describedby': reasonId })}
      {...(keys === undefined ? {} : { 'aria-keyshortcuts': keys })}
      {...(iconOnly && typeof children === 'string' ? { 'aria-label': children } : {})}
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- only after a navigation that leads to this very button
      autoFocus={takesFocus}
      onPress={() => {
        if (!blocked) onPress()
      }}
    >
      {pending ? (
        <span className={styles['spinner']} aria-hidden />
      ) : Icon ? (
        <Icon aria-hidden />
      ) : null}
      {iconOnly ? null : <span className={styles['words']}>{children}</span>}
      {refused === undefined ? null : (
        <span id={reasonId} className="visually-hidden">
          {refused}
        </span>
      )}
    </AriaButton>
  )
  const hint = refused ?? (iconOnly ? children : undefined)
  return hint === undefined ? button : <Tooltip text={hint}>{button}</Tooltip>
}
