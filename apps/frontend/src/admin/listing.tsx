import type { ReactNode } from 'react'
import table from '../table/table.module.css'
import styles from './listing.module.css'

/** A titled table, or one sentence when it has no rows. */
export function Listing({
  title,
  none,
  action,
  columns,
  rows,
}: {
  title: string
  none: string
  /** What can be done with the whole list, beside its title. */
  action?: ReactNode
  columns: readonly {
    readonly word: string
    readonly figure?: boolean
    readonly hidden?: boolean
  }[]
  rows: readonly ReactNode[]
}) {
  return (
    <section className={table['frame']} aria-label={title}>
      <div className={styles['head']}>
        <h2 className={styles['title']}>{title}</h2>
        {action}
      </div>
      {rows.length === 0 ? (
        <p className={table['none']}>{none}</p>
      ) : (
        <table className={table['table']}>
          <thead>
            <tr>
              {columns.map(column => (
                <th
                  key={column.word}
                  scope="col"
                  className={column.figure === true ? table['figure'] : undefined}
                >
                  {column.hidden === true ? (
                    <span className="visually-hidden">{column.word}</span>
                  ) : (
                    column.word
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      )}
    </section>
  )
}
