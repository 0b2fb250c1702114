import type { Handler } from '../../http/call.ts'
import { buildOpenApi } from '../../http/openapi.ts'

export const openapi: Handler<'system.openapi'> = async (_call, { config }) => ({
  body: buildOpenApi(config.version),
})
