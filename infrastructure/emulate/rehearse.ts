#!/usr/bin/env node
/** `npm run rehearse`: the operator guide, played on this machine against the AWS emulator. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { allSteps } from './rehearse/all-steps.ts'
import { messageOf } from './rehearse/message-of.ts'
import { missingPrograms } from './rehearse/needed-programs.ts'
import { rehearse, type Rehearsed } from './rehearse/rehearse.ts'
import { choose } from './rehearse/run-steps.ts'
import { summary, table } from './rehearse/table.ts'

const help = `npm run rehearse -- [--only STEP|CHAPTER …] [--keep] [--json] [--list]

Plays the operator guide on this machine: the real command line tools, backend, database, cache, worker and engine,
and an emulator where AWS would be. Nothing of AWS is reached.

  --only NAME   a step or a whole chapter, with everything it needs; may stand more than once
  --keep        leave everything running at the end and say how to look at it; Ctrl-C then ends it
  --json        progress to standard error, the result as one JSON object to standard output
  --list        name the steps and do nothing
  --help        this text

Exit codes: 0 every step passed · 1 a step failed · 2 wrong call, or a program is missing · 130 interrupted.
`

type Values = ReturnType<typeof read>

function read() {
  return parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values
}

async function main(): Promise<number> {
  let values: Values
  let steps: ReturnType<typeof choose>
  try {
    values = read()
    steps = choose(allSteps, values.only)
  } catch (error) {
    process.stderr.write(`rehearse: ${messageOf(error)}\n\n${help}`)
    return 2
  }
  if (values.help) return print(help)
  if (values.list)
    return print(
      steps.map(({ id, chapter, title }) => `${id.padEnd(22)} ${chapter}: ${title}\n`).join(''),
    )
  return play(steps, values)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** Where programs are looked for. */
const path = process.env['PATH'] ?? ''

async function play(steps: ReturnType<typeof choose>, values: Values): Promise<number> {
  const missing = missingPrograms(path)
  if (missing.length > 0) {
    process.stderr.write(`${missing.map(sentence => `rehearse: ${sentence}`).join('\n')}\n`)
    return 2
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const progress = values.json ? process.stderr : process.stdout
  const say = (line: string): void => void progress.write(`${line}\n`)
  const folder = await mkdtemp(join(tmpdir(), 'bp-rehearsal-'))
  const result = await rehearse({ folder, steps, say, signal: stop.signal, keep: values.keep })
  report(result, values, folder)
  const hasFailed = result.outcomes.some(({ result: how }) => how !== 'passed')
  if (!hasFailed) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  if (stop.signal.aborted && !values.keep) return 130
  return hasFailed ? 1 : 0
}

function report({ outcomes, failure }: Rehearsed, values: Values, folder: string): void {
  if (values.json) {
    const steps = outcomes.map(({ step, result, seconds, note }) => ({
      id: step.id,
      chapter: step.chapter,
      title: step.title,
      command: step.command ?? null,
      real: step.real,
      emulated: step.emulated,
      thin: step.thin ?? null,
      result,
      seconds: Math.round(seconds * 10) / 10,
      note,
    }))
    process.stdout.write(`${JSON.stringify({ steps, failure: failure ?? null, folder })}\n`)
    return
  }
  process.stdout.write(`\n${table(outcomes)}\n\n${summary(outcomes)}\n`)
  if (failure !== undefined)
    process.stdout.write(`\n${failure}\nEverything that was written lies in ${folder}\n`)
}

process.exitCode = await main()
