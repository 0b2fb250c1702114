import { list as listWorkflows } from '@bp/store/workflows/list'
import type { Handler } from '../../http/call.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { workflowToWire } from './wire.ts'

export const list: Handler<'workflows.list'> = async ({ query }, { store }) => {
  const all = (await store.read(reader => listWorkflows(reader))).toSorted((a, b) =>
    a.id < b.id ? 1 : -1,
  )
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, 'workflows')
  const rest = after === undefined ? all : all.filter(workflow => workflow.id < after)
  const page = rest.slice(0, query.limit)
  const last = page.at(-1)
  const hasMore = rest.length > page.length
  return {
    body: {
      data: page.map(workflowToWire),
      has_more: hasMore,
      next_cursor: hasMore && last !== undefined ? writeCursor(last.id, 'workflows') : null,
    },
  }
}
