/** The route table as OpenAPI 3.1. Pure: the docs are written from it, and `/api/openapi.json` serves it. */
import { z } from 'zod'
import { errors, type ErrorCode } from '@bp/contracts/errors'
import { paths } from '@bp/contracts/paths'
import { commonErrors, routeIds, routeOf, type Auth, type Route } from '@bp/contracts/routes'
import { ProblemShape } from '@bp/contracts/shapes/wire'
import { version as programVersion } from '../version.ts'

type Json = Record<string, unknown>

const toSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  })
  return rest
}

const security: Readonly<Record<Auth, readonly Json[]>> = {
  open: [],
  user: [{ session: [] }],
  admin: [{ session: [] }],
  worker: [{ worker_token: [] }],
  fleet_secret: [{ fleet_secret: [] }],
  fleet_signature: [{ fleet_signature: [] }],
  control_secret: [{ control_secret: [] }],
}

export function buildOpenApi(version: string = programVersion): Json & { openapi: string } {
  const byPath: Record<string, Json> = {}
  for (const id of routeIds) {
    const { method, path } = paths[id]
    const address = path.replaceAll(/:(\w+)/g, '{$1}')
    const operations = (byPath[address] ??= {})
    operations[method.toLowerCase()] = operation(id, routeOf(id))
  }
  return {
    openapi: '3.1.0',
    info: { title: 'bp', version },
    paths: byPath,
    components: {
      schemas: { Problem: toSchema(ProblemShape, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'bp' },
        worker_token: { type: 'http', scheme: 'bearer' },
        fleet_secret: { type: 'http', scheme: 'bearer' },
        fleet_signature: { type: 'apiKey', in: 'header', name: 'Authorization' },
        control_secret: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

function operation(id: string, row: Route): Json {
  return {
    operationId: id,
    summary: row.summary,
    tags: [id.split('.')[0]],
    security: security[row.auth],
    ...(row.scope === undefined ? {} : { 'x-scope': row.scope }),
    parameters: [...parameters(row.params, 'path'), ...parameters(row.query, 'query')],
    ...(row.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(row.body, 'input') } },
          },
        }),
    responses: { ...answers(row), ...refusals([...row.errors, ...commonErrors]) },
  }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return []
  const { properties, required } = toSchema(schema, 'input')
  if (typeof properties !== 'object' || properties === null) return []
  return Object.entries(properties).map(([name, field]: [string, unknown]) => ({
    name,
    in: place,
    required: place === 'path' || (Array.isArray(required) && required.includes(name)),
    schema: field,
  }))
}

function answers(row: Route): Json {
  if (row.stream !== undefined) {
    const messages = Object.entries(row.stream).map(([event, shape]) => [
      event,
      toSchema(shape, 'output'),
    ])
    return {
      200: {
        description: 'Server-sent events.',
        content: { 'text/event-stream': { 'x-events': Object.fromEntries(messages) } },
      },
    }
  }
  return Object.fromEntries(
    Object.entries(row.ok).map(([status, shape]) => [
      status,
      status === '302'
        ? { description: 'Go to the address in Location.' }
        : {
            description: 'Done.',
            content: { 'application/json': { schema: toSchema(shape, 'output') } },
          },
    ]),
  )
}

/** Refusals by status, each with the codes that may stand in it. */
function refusals(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(new Set(codes), code => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      status,
      {
        description: found.join(', '),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  )
}
