import { workerProtocol } from '@bp/contracts/workers'
import type { Handler } from '../../http/call.ts'

export const version: Handler<'system.version'> = async (_call, { config, schema }) => {
  const { expected } = await schema()
  return {
    body: {
      version: config.version,
      commit: config.commit,
      schema: expected,
      worker_protocol: [workerProtocol.min, workerProtocol.max],
    },
  }
}
