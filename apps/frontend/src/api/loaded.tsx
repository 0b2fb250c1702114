import type { UseQueryResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
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
  // The query forgets its error as soon as it asks again. The note stays until there is an answer: pages that ask by
  // themselves would flicker, and the button would vanish under the focus of whoever pressed it.
  const [failed, setFailed] = useState<unknown>()
  if (query.isError && query.error !== failed) setFailed(query.error)
  if (query.data !== undefined) return children(query.data)
  // Counted per query: another address of the same panel begins with its skeleton.
  if (query.isError || query.errorUpdateCount > 0)
    return (
      <TroubleNote
        trouble={readTrouble(query.error ?? failed)}
        isAsking={query.isFetching}
        onAgain={() => {
          void query.refetch()
        }}
      />
    )
  return skeleton
}
