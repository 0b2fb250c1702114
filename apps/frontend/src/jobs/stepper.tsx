import type { Job } from '@bp/contracts/shapes/jobs'
import { t } from '../text/en.ts'
import { formatDuration } from '../text/format.ts'
import { Check, X } from '../ui/icon.ts'
import { stepsOf, type Step } from './phases.ts'
import styles from './stepper.module.css'

/** Where a run is, as five steps with a word for each. */
export function Stepper({ job }: { job: Job }) {
  const steps = stepsOf(job)
  return (
    <ol className={styles['steps']} aria-label={t.phases.title}>
      {steps.map(step => (
        <li
          key={step.id}
          className={styles['step']}
          data-state={step.state}
          aria-current={step.state === 'now' ? 'step' : undefined}
        >
          <span className={styles['mark']} aria-hidden>
            {step.state === 'done' ? <Check /> : step.state === 'stopped' ? <X /> : null}
          </span>
          <span className={styles['word']}>{step.word}</span>
          <span className={`${styles['note']} figures`}>{noteOf(step)}</span>
        </li>
      ))}
    </ol>
  )
}

function noteOf(step: Step): string {
  switch (step.state) {
    case 'done':
      return step.tookMs === undefined ? t.phases.done : formatDuration(step.tookMs)
    case 'now':
      return t.phases.now
    case 'stopped':
      return t.phases.stopped
    case 'to_come':
      return t.phases.still
    case 'not_needed':
      return t.phases.notNeeded
    case 'not_reached':
      return t.phases.notReached
  }
}
