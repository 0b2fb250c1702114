import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { readTrouble } from './problems.ts'
import { TroubleNote } from './trouble-note.tsx'

/**
 * The three states of a panel: on its way (a skeleton of the same size), failed (only this panel is replaced), there.
 * Old data stay in sight while new ones load, and also when loading them has failed.
 */
export function Loaded<Data>({
  query,
  skeleton,
  children,
}: {
  query: UseQueryResult<Data>
  skeleton: ReactNode
  children: (data: Data) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError)
    return (
      <TroubleNote
        trouble={readTrouble(query.error)}
        onAgain={() => {
          void query.refetch()
        }}
      />
    )
  return skeleton
}
