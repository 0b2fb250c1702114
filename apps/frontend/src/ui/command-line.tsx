import '@fontsource-variable/jetbrains-mono/wght.css'
import { Fragment } from 'react'
import { CopyButton } from './copy-button.tsx'
import styles from './command-line.module.css'

/** A command to be copied. It breaks between words, a short option stays with its value, and nothing is out of sight. */
export const CommandLine = ({
  command,
  label,
  done,
}: {
  command: string
  /** Name of the button; it says which command. */
  label: string
  done: string
}) => (
  <span className={styles['line']}>
    <code className={styles['code']}>
      {command.split(/(?<! -\w) /).map((word, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- words of one command never move
        <Fragment key={place}>
          {place === 0 ? '' : ' '}
          <span className={styles['word']}>{word}</span>
        </Fragment>
      ))}
    </code>
    <CopyButton text={command} label={label} done={done} iconOnly />
  </span>
)
