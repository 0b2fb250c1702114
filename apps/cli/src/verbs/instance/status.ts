import { exitCodes } from '../../exit-codes.ts'
import type { Tone } from '../../hosts/style.ts'
import type { Cell, Run } from '../../verb.ts'

/** Open jobs that are counted; beyond it the count says "or more". */
const countedMax = 100
const tones: Readonly<Record<string, Tone>> = { ok: 'good', warn: 'warn', fail: 'bad' }

/** Whether bp runs, how its parts are, what it works on. Exit 1 when a part fails. */
export const run: Run = async function* (_input, context) {
  const instance = await context.instance()
  const client = await context.client()
  const { signal } = context
  yield { say: 'progress', phase: 'asking', text: `asking ${instance.url}`, part: null }
  const [ready, site, open] = await Promise.all([
    client.system.ready({ signal }),
    client.site.show({ signal }),
    client.jobs.list({ query: { status: 'queued,running,canceling', limit: countedMax }, signal }),
  ])
  const count = (status: string) => open.data.filter(job => job.status === status).length
  const jobs = {
    queued: count('queued'),
    running: count('running') + count('canceling'),
    more: open.has_more,
  }
  const facts: [string, string | Cell][] = [
    ['address', instance.url],
    ['files', instance.files_url],
    ['engine', instance.engine_url],
    ['data', instance.data],
    ['process', String(instance.pid)],
    ['version', `${site.version} (${site.commit})`],
    ['jobs', `${jobs.running} running, ${jobs.queued} waiting${jobs.more ? ' or more' : ''}`],
    ...ready.parts.map(
      part =>
        [
          part.name,
          { text: `${part.status}: ${part.text}`, tone: tones[part.status] ?? 'plain' },
        ] satisfies [string, Cell],
    ),
  ]
  return {
    data: {
      status: ready.status,
      url: instance.url,
      files_url: instance.files_url,
      engine_url: instance.engine_url,
      data: instance.data,
      pid: instance.pid,
      version: site.version,
      commit: site.commit,
      jobs,
      parts: ready.parts,
    },
    view: { kind: 'facts', facts },
    ...(ready.status === 'fail'
      ? {
          exit: exitCodes.failure,
          failure: { code: 'part_failed', message: 'A part of bp does not work.' },
          next: 'npx bp doctor',
        }
      : {}),
  }
}
