import { t } from '../text/en.ts'
import { Button } from '../ui/button.tsx'
import { Dices, Lock, LockOpen } from '../ui/icon.ts'
import { drawSeed } from './draw-seed.ts'
import type { FieldProps } from './field-props.ts'
import styles from './field.module.css'

/** A seed: unlocked it is "random", drawn anew for each run; locked it stays. Held as decimal text throughout. */
export function SeedField({ id, value, onChange, onBlur, describedBy, invalid }: FieldProps) {
  const random = value === 'random' || value === undefined
  const text =
    typeof value === 'number' ? String(value) : typeof value === 'string' && !random ? value : ''
  return (
    <div className={styles['row']}>
      <input
        id={id}
        className={styles['seed']}
        inputMode="numeric"
        autoComplete="off"
        value={text}
        placeholder={t.field.seedRandom}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        onChange={event => {
          const typed = event.currentTarget.value.trim()
          onChange(typed === '' ? 'random' : typed)
        }}
        onBlur={onBlur}
      />
      <Button
        iconOnly
        icon={Dices}
        onPress={() => {
          onChange(drawSeed())
        }}
      >
        {t.field.seedDice}
      </Button>
      <Button
        iconOnly
        icon={random ? LockOpen : Lock}
        onPress={() => {
          onChange(random ? drawSeed() : 'random')
        }}
      >
        {random ? t.field.seedLock : t.field.seedUnlock}
      </Button>
    </div>
  )
}
