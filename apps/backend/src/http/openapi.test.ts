import { expect, it } from 'vitest'
import { paths } from '@bp/contracts/paths'
import { routeIds } from '@bp/contracts/routes'
import { buildOpenApi } from './openapi.ts'

it('describes every route of the table once', () => {
  const document = JSON.parse(JSON.stringify(buildOpenApi()))
  expect(document.openapi).toBe('3.1.0')
  const described: string[] = Object.values(document.paths).flatMap(operations =>
    Object.values(operations ?? {}).map(operation => operation.operationId),
  )
  expect(described.toSorted()).toEqual([...routeIds].toSorted())
  const submit = document.paths[paths['jobs.submit'].path].post
  expect(Object.keys(submit.responses)).toContain('201')
  expect(submit.responses['422'].description).toContain('input_invalid')
  expect(document.paths['/api/v1/jobs/{id}'].get.parameters).toMatchObject([
    { name: 'id', in: 'path', required: true },
  ])
})
