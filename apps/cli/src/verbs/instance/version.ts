import { createClient } from '@bp/client'
import manifest from '../../../package.json' with { type: 'json' }
import { findInstance } from '../../instance/find-instance.ts'
import type { Run } from '../../verb.ts'

const askMsMax = 3_000

/** The version of this command, and that of the running instance where there is one. */
export const run: Run = async function* (_input, { folders, signal }) {
  const cli = manifest.version
  const instance = await findInstance(folders)
  if (instance === undefined) {
    yield { say: 'note', code: 'not_running', text: 'bp is not running.' }
    return { data: { cli, server: null }, view: { kind: 'facts', facts: [['bp', cli]] } }
  }
  const client = createClient({ baseUrl: instance.url })
  const server = await client.system.version({ signal, timeoutMs: askMsMax })
  return {
    data: { cli, server },
    view: {
      kind: 'facts',
      facts: [
        ['bp', cli],
        ['server', `${server.version} (${server.commit})`],
        ['schema', String(server.schema)],
        ['worker protocol', server.worker_protocol.join(' to ')],
      ],
    },
  }
}
