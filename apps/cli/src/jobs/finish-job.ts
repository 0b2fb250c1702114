import { resolve } from 'node:path'
import type { Job } from '@bp/contracts/shapes/jobs'
import { saveFile } from '../files/save-file.ts'
import type { Message, Result, VerbContext } from '../verb.ts'
import { exitOfJob } from './follow-job.ts'
import { jobFacts } from './job-view.ts'

/**
 * The result of a job that has ended: its files are saved when a folder was named, else their addresses shown.
 * A job that did not succeed keeps its error and exit code 6.
 */
export async function* finishJob(
  job: Job,
  out: string | undefined,
  context: VerbContext,
): AsyncGenerator<Message, Result, void> {
  const exit = exitOfJob(job)
  const files = out === undefined ? [] : yield* saveOutputs(job, out, context)
  const data = { job, files }
  if (job.status !== 'succeeded') {
    const message = job.error?.message ?? `The job was ${job.status}.`
    return {
      data,
      view: jobFacts(job),
      exit,
      failure: { code: job.error?.code ?? job.status, message },
      next: `npx bp job retry ${job.id}`,
    }
  }
  const { files_url: filesUrl } = await context.instance()
  const lines =
    out === undefined ? job.outputs.map(output => addressOf(output.asset.url, filesUrl)) : files
  return { data, view: { kind: 'lines', lines }, exit }
}

/** Saves every output of a job; answers the paths. */
export async function* saveOutputs(
  job: Job,
  out: string,
  context: VerbContext,
): AsyncGenerator<Message, readonly string[], void> {
  const folder = resolve(context.folders.current, out)
  const { files_url: filesUrl } = await context.instance()
  const files: string[] = []
  for (const [n, output] of job.outputs.entries()) {
    const text = `saving ${output.name}`
    yield { say: 'progress', phase: 'saving', text, part: n / job.outputs.length }
    const url = addressOf(output.asset.url, filesUrl)
    files.push(
      await saveFile(
        { url, name: output.name, sha256: output.asset.sha256 },
        folder,
        context.signal,
      ),
    )
  }
  return files
}

/** Addresses of files may be relative to the files' own origin. */
const addressOf = (url: string, filesUrl: string): string => new URL(url, filesUrl).href
