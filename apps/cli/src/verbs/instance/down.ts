import { findInstance } from '../../instance/find-instance.ts'
import { isRunning } from '../../instance/process-identity.ts'
import { waitFor } from '../../instance/wait-for.ts'
import { Refusal } from '../../refusal.ts'
import type { Run } from '../../verb.ts'

/** `npm start` gives itself 30 s to let workers finish what can be finished. */
const stopMsMax = 40_000

/** Asks the instance to stop and waits until it has. Success, too, when none runs. */
export const run: Run = async function* (_input, { folders, signal }) {
  const instance = await findInstance(folders)
  if (instance === undefined)
    return {
      data: { stopped: false, pid: null },
      view: { kind: 'lines', lines: ['bp is not running.'] },
    }
  const { pid } = instance
  yield { say: 'progress', phase: 'stopping', text: `stopping bp (process ${pid})`, part: null }
  process.kill(pid, 'SIGTERM')
  const gone = await waitFor(
    async () => ((await isRunning(pid)) ? undefined : true),
    stopMsMax,
    signal,
  )
  if (gone === undefined)
    throw new Refusal('not_stopped', 'failure', 'bp has not stopped.', {
      reason: `Process ${pid} still runs ${stopMsMax / 1000} s after it was asked to stop.`,
      next: `kill -9 ${pid}`,
    })
  return { data: { stopped: true, pid }, view: { kind: 'lines', lines: ['bp has stopped.'] } }
}
