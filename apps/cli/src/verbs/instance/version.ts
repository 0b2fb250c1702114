import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@bp/client'
import { findInstance } from '../../instance/find-instance.ts'
import type { Run } from '../../verb.ts'

const askMsMax = 3_000

/** The version of this command, and that of the running instance where there is one. */
export const run: Run = async function* (_input, { folders, signal }) {
  const cli = await ownVersion()
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

async function ownVersion(): Promise<string> {
  const file = join(import.meta.dirname, '../../../package.json')
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
  const isNamed = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isNamed ? String(manifest.version) : 'unknown'
}
