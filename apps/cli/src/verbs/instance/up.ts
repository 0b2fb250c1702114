import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@bp/client'
import { findInstance } from '../../instance/find-instance.ts'
import { makeLink } from '../../instance/make-link.ts'
import type { RunFile } from '../../instance/run-file.ts'
import { waitFor } from '../../instance/wait-for.ts'
import { Refusal } from '../../refusal.ts'
import type { Run, VerbContext } from '../../verb.ts'

/** A first start builds the web app; a warm one takes a second or two. */
const readyMsMax = 120_000
const logLinesShown = 15

/** Starts `tools/start.ts` in the background, waits until it is ready, prints a link. Does nothing twice. */
export const run: Run = async function* (input, context) {
  const already = await findInstance(context.folders)
  if (already !== undefined) yield { say: 'note', code: 'already_up', text: 'bp runs already.' }
  else yield { say: 'progress', phase: 'starting', text: 'starting bp', part: null }
  const instance = already ?? (await start(context))
  const link = await makeLink(instance, context.signal)
  if (context.isAttended && input.flag('browser', true)) context.openBrowser(link.url)
  return {
    data: {
      started: already === undefined,
      pid: instance.pid,
      url: instance.url,
      link: link.url,
      link_expires_at: link.expires_at,
    },
    view: { kind: 'lines', lines: [link.url] },
  }
}

async function start(context: VerbContext): Promise<RunFile> {
  const { root, data } = context.folders
  const file = join(root, 'tools', 'start.ts')
  if (!existsSync(file))
    throw new Refusal('start_missing', 'notFound', 'The files of bp are not here.', {
      reason: `There is no ${file}.`,
    })
  const logFile = join(data, 'start.log')
  // The log holds the first sign-in link, so it is the owner's alone.
  await mkdir(data, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new Refusal('data_unwritable', 'failure', `${data} cannot be made.`, {
      reason: error instanceof Error ? error.message : String(error),
      next: 'Choose another folder: BP_DATA=/path/to/folder npx bp up',
      cause: error,
    })
  })
  const log = await open(logFile, 'w', 0o600)
  let ended: string | undefined
  try {
    const child = spawn(process.execPath, [file], {
      cwd: root,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.once('error', error => (ended = error.message))
    child.once('exit', code => (ended = `It ended with code ${code}.`))
    child.unref()
    const found = await waitFor(
      async () => {
        if (ended !== undefined) throw await notStarted(ended, logFile)
        const instance = await findInstance(context.folders)
        return instance !== undefined && (await isReady(instance, context.signal))
          ? instance
          : undefined
      },
      readyMsMax,
      context.signal,
    )
    if (found !== undefined) return found
    throw await notStarted(`It was not ready within ${readyMsMax / 1000} s.`, logFile)
  } finally {
    await log.close()
  }
}

async function isReady(instance: RunFile, signal: AbortSignal): Promise<boolean> {
  try {
    await createClient({ baseUrl: instance.url }).system.up({ signal, timeoutMs: 2_000 })
    return true
  } catch {
    signal.throwIfAborted()
    return false // nobody listens yet, or 503 while it migrates
  }
}

async function notStarted(reason: string, logFile: string): Promise<Refusal> {
  const text = await readFile(logFile, 'utf8').catch(() => '')
  const last = text.trim().split('\n').slice(-logLinesShown)
  return new Refusal('not_started', 'failure', 'bp did not start.', {
    reason: `${reason} ${last.join(' · ')}`.trim(),
    next: `Read ${logFile}, or run "npm start" to see it happen.`,
  })
}
