import { Info } from '../../ui/icon.ts'
import styles from './fleets.module.css'

/** What a single machine does, and does not do, for a fleet. */
export const MachineNote = ({ title, text }: { title: string; text: string }) => (
  <section className={styles['note']} aria-label={title}>
    <Info aria-hidden />
    <div>
      <h2 className={styles['noteTitle']}>{title}</h2>
      <p>{text}</p>
    </div>
  </section>
)
