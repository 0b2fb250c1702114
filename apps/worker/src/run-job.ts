/**
 * One job, from its lease to the backend's answer about its end:
 *
 *   inputs ─▶ check ─▶ prompt ─▶ watch ─▶ collect ─▶ deliver ─▶ complete ─▶ clean up
 *     │         │         │        │         │          │
 *     └─────────┴─────────┴────────┴─────────┴──────────┴─▶ stopped: lost (say nothing) │ asked │ over time │ shutdown
 *                                                       └─▶ failed: the job's fault │ our machines' fault
 *
 * Every step ends at once when the lease's signal fires.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '@bp/contracts/limits'
import type { Lease } from '@bp/contracts/shapes/leases'
import { removeHistory, type HistoryEntry } from './comfy/history.ts'
import { EngineUnreachable, type EngineHttp } from './comfy/http.ts'
import type { NodeClasses } from './comfy/object-info.ts'
import { readOutputs } from './comfy/outputs.ts'
import { progressMeter } from './comfy/progress.ts'
import { freeMemory, postPrompt, stopPrompt } from './comfy/prompt.ts'
import type { EngineSocket } from './comfy/socket.ts'
import { watchPrompt } from './comfy/watch.ts'
import { LeaseStopped, stopOf, type HeldLease, type StopCause } from './held-lease.ts'
import type { Connections } from './http-exchange.ts'
import { collectOutputs } from './job/collect.ts'
import { deliverOutputs } from './job/deliver.ts'
import {
  failureOf,
  faultOfRun,
  infrastructure,
  jobFault,
  partialGraph,
  refusedGraph,
} from './job/failure.ts'
import {
  ancestors,
  checkClasses,
  ownPrefixes,
  placeAssets,
  readGraph,
  runningNodes,
  toPosted,
  type GraphNode,
} from './job/graph.ts'
import { bringInputs } from './job/inputs.ts'
import { reportEnd, type EndReport, type JobEnd } from './job/report-end.ts'
import { reasonOf, type Log } from './log.ts'
import type { PictureTool } from './media/picture.ts'
import type { Plane } from './plane.ts'
import { pause } from './waiting.ts'

export interface JobTools {
  readonly plane: Plane
  readonly connections: Connections
  readonly engine: EngineHttp
  readonly socket: EngineSocket
  readonly classes: NodeClasses
  readonly pictureTool: () => Promise<PictureTool>
  readonly log: Log
  /** Origin of the backend: addresses of files may be relative to it. */
  readonly baseUrl: string
  /** Jobs get a folder of their own below it. */
  readonly workFolder: string
  /** The engine's base directory where it is on this disk: then its copies are removed after the job. */
  readonly engineFolder: string | null
  /** The engine did not answer: somebody should look whether it is still there. */
  readonly onEngineDoubt: () => void
  /** How long an engine may be away in mid-run; beyond it the run is infrastructure's fault. */
  readonly engineAwayMs?: number
}

const engineAwayMsDefault = 5_000
/** An interrupt is seen between nodes only: a node that sleeps for long is left to itself after this. */
const stopMsMax = 30_000
const shutdownStopMsMax = 2_000
/** A cancel is answered this soon, whether or not the node has stopped by then. */
const answerStopMs = 1_500

export type JobReport = EndReport | { readonly verdict: 'lost' }

/** Runs a job and reports its end. Never throws: whatever happens becomes a report. */
export async function runJob(held: HeldLease, tools: JobTools): Promise<JobReport> {
  const { lease } = held
  const { log } = tools
  const began = performance.now()
  const folder = join(tools.workFolder, `${lease.job}-${lease.epoch}`)
  log.info('job.begun', { job: lease.job, epoch: lease.epoch, attempt: lease.attempt })
  // Our own clock, in case the backend is away when the time is over.
  const overTime = setTimeout(
    () => held.stop({ kind: 'over_time' }),
    Math.min(lease.max_run_ms, limits.runMsMax),
  )
  const run: Run = { held, tools, folder, wasPosted: false }
  try {
    const end = await endOf(run)
    if (end === undefined) {
      log.warn('job.dropped', { job: lease.job, epoch: lease.epoch })
      return { verdict: 'lost' }
    }
    const report = await reportChecked(run, end)
    const tookMs = Math.round(performance.now() - began)
    log.info('job.ended', { job: lease.job, end: end.kind, verdict: report.verdict, tookMs })
    return report
  } finally {
    clearTimeout(overTime)
    await run.stopping
    await cleanUp(run)
  }
}

interface Run {
  readonly held: HeldLease
  readonly tools: JobTools
  readonly folder: string
  wasPosted: boolean
  stopping?: Promise<void>
}

/** How the job ends; undefined when it is not ours any more and nothing may be said. */
async function endOf(run: Run): Promise<JobEnd | undefined> {
  const { held, tools } = run
  try {
    return await work(run)
  } catch (error) {
    const stop = stopOf(held.signal) ?? (error instanceof LeaseStopped ? error.stop : undefined)
    if (stop !== undefined) {
      // The answer does not wait for a node that will not stop; the next lease does.
      run.stopping = stopOnEngine(run, stop)
      await Promise.race([run.stopping, pause(answerStopMs)])
      return endAfterStop(stop)
    }
    if (error instanceof EngineUnreachable) {
      tools.onEngineDoubt()
      // Nothing of it was ever run: it goes back unharmed, and this agent asks for no other while the engine is away.
      if (!run.wasPosted) return { kind: 'release', reason: 'undelivered' }
    }
    const failure = failureOf(error)
    tools.log.warn('job.failed', {
      job: held.lease.job,
      blame: failure.kind,
      code: failure.kind === 'job' ? failure.error.code : failure.code,
      reason: reasonOf(error),
    })
    return { kind: 'fail', failure }
  }
}

async function work(run: Run): Promise<JobEnd> {
  const { held, tools, folder } = run
  const { lease, signal } = held
  const { payload } = lease
  const began = performance.now()
  const ownFolder = engineSubfolder(lease)
  const read = readGraph(payload.graph)
  await mkdir(folder, { recursive: true })
  const [names, classes] = await Promise.all([
    bringInputs({
      inputs: payload.inputs,
      engine: tools.engine,
      connections: tools.connections,
      baseUrl: tools.baseUrl,
      folder,
      subfolder: ownFolder,
      signal,
    }),
    checkClasses(read, tools.classes, signal),
    tools.socket.opened(2_000, signal),
  ])
  const { nodes, changed } = ownPrefixes(placeAssets(read, names), ownFolder)
  const graph = toPosted(payload.graph, nodes)
  const running = runningNodes(nodes, classes)
  const loadedAt = performance.now()

  const ran = await runTwiceForMemory(run, graph, running)
  const ranAt = performance.now()

  held.report('uploading')
  const files = await collectOutputs({
    engine: tools.engine,
    outputs: readOutputs(ran.entry.outputs),
    named: payload.outputs,
    allowPartial: payload.allow_partial,
    folder,
    pictures: ran.pictures,
    signal,
  })
  const outputs = await deliverOutputs({
    plane: tools.plane,
    connections: tools.connections,
    log: tools.log,
    key: held.key,
    baseUrl: tools.baseUrl,
    files,
    isReused: reuseOf(nodes, changed, ran.entry),
    pictureTool: tools.pictureTool,
    signal,
  })
  return {
    kind: 'complete',
    outputs,
    timings: {
      load_ms: Math.round(loadedAt - began),
      run_ms: Math.round(ranAt - loadedAt),
      upload_ms: Math.round(performance.now() - ranAt),
    },
  }
}

interface Ran {
  readonly entry: HistoryEntry
  readonly pictures: readonly { nodeId: string; name: string; path: string }[]
}

/** Out of memory once: the engine lets go of its models and the job runs again, here. Twice: it does not fit. */
async function runTwiceForMemory(
  run: Run,
  graph: Record<string, unknown>,
  running: ReadonlyMap<string, string>,
): Promise<Ran> {
  const { engine } = run.tools
  const promptId = run.held.lease.run_id
  const first = await runOnce(run, graph, running)
  if (first !== 'oom') return first
  run.tools.log.warn('job.out_of_memory', { job: run.held.lease.job })
  await removeHistory(engine, promptId)
  await freeMemory(engine)
  const second = await runOnce(run, graph, running)
  if (second !== 'oom') return second
  throw jobFault('out_of_memory', 'The run does not fit into the memory of this kind of machine.')
}

async function runOnce(
  run: Run,
  graph: Record<string, unknown>,
  running: ReadonlyMap<string, string>,
): Promise<Ran | 'oom'> {
  const { held, tools } = run
  const { signal } = held
  const promptId = held.lease.run_id
  const meter = progressMeter(running)
  const pictures: { nodeId: string; name: string; path: string }[] = []
  const written: Promise<void>[] = []
  const clientId = tools.socket.clientId()
  held.report('executing', meter.now())

  using watch = watchPrompt({
    engine: tools.engine,
    socket: tools.socket,
    promptId,
    clientId,
    engineAwayMs: tools.engineAwayMs ?? engineAwayMsDefault,
    onMessage: (type, data) => {
      if (meter.hear(type, data)) held.report('executing', meter.now())
    },
    onPicture: (format, bytes) => {
      // These nodes write no file: what they made is nowhere else, not even in the history.
      const nodeId = meter.currentNode()
      if (nodeId === null || running.get(nodeId) !== 'SaveImageWebsocket') return
      if (pictures.length >= limits.outputsMax) return
      const name = `picture-${nodeId}-${pictures.length}.${format === 'png' ? 'png' : 'jpg'}`
      const path = join(run.folder, name)
      pictures.push({ nodeId, name, path })
      written.push(writeFile(path, bytes))
    },
  })
  run.wasPosted = true
  const answer = await postPrompt(tools.engine, { promptId, graph, clientId }, signal)
  if (!answer.posted) throw refusedGraph(answer)
  // The engine is busy now and we are not: what loads slowly is loaded now. A failure shows where it is used.
  tools.pictureTool().catch(() => {})
  if (answer.faults.length > 0 && !held.lease.payload.allow_partial) {
    await stopPrompt(tools.engine, answer.promptId, stopMsMax)
    throw partialGraph(answer.faults)
  }
  const entry = await watch.end(answer.promptId, signal)
  await Promise.all(written)
  if (entry === 'lost') {
    tools.onEngineDoubt()
    throw infrastructure('engine_lost_prompt', 'The engine does not know the run any more.')
  }
  const fault = faultOfRun(entry)
  if (fault === 'oom') return 'oom'
  if (fault !== undefined) throw fault
  return { entry, pictures }
}

/**
 * An output is reused when the engine did no work for it: its node came out of the cache, or (since every save node
 * gets a new name and so runs again) everything above its node did.
 */
function reuseOf(
  nodes: ReadonlyMap<string, GraphNode>,
  renamed: ReadonlySet<string>,
  entry: HistoryEntry,
): (nodeId: string) => boolean {
  const cached = new Set(
    entry.messages
      .filter(({ type }) => type === 'execution_cached')
      .flatMap(({ data }) => (Array.isArray(data['nodes']) ? data['nodes'].map(String) : [])),
  )
  return nodeId => {
    if (cached.has(nodeId)) return true
    if (!renamed.has(nodeId)) return false
    const above = [...ancestors(nodes, nodeId)]
    return above.length > 0 && above.every(id => cached.has(id))
  }
}

/** Folder of one attempt below the engine's input and output folders. */
const engineSubfolder = (lease: Lease): string => `bp/${lease.job}-${lease.epoch}`

async function stopOnEngine(run: Run, stop: StopCause): Promise<void> {
  if (!run.wasPosted) return
  const withinMs = stop.kind === 'shutdown' ? shutdownStopMsMax : stopMsMax
  const isGone = await stopPrompt(run.tools.engine, run.held.lease.run_id, withinMs)
  if (!isGone) run.tools.log.warn('job.still_running', { job: run.held.lease.job })
}

function endAfterStop(stop: StopCause): JobEnd | undefined {
  switch (stop.kind) {
    case 'lost':
      return undefined
    case 'shutdown':
      return { kind: 'release', reason: 'shutdown' }
    case 'over_time':
      return { kind: 'fail', failure: overTimeFault() }
    case 'asked':
      if (stop.reason === 'over_time') return { kind: 'fail', failure: overTimeFault() }
      if (stop.reason === 'deadline')
        return {
          kind: 'fail',
          failure: jobFault('deadline_exceeded', 'The deadline passed while it was running.')
            .failure,
        }
      // Canceled: the backend ends it as that, whatever it is given.
      return { kind: 'release', reason: 'undelivered' }
  }
}

const overTimeFault = () =>
  jobFault('timed_out', 'It ran longer than it may, and was stopped.').failure

/** The backend looks at every object before it accepts, and the lease lives on when one is missing: our fault, not the job's. */
async function reportChecked(run: Run, end: JobEnd): Promise<EndReport> {
  const { held, tools } = run
  const report = await reportEnd(held, end, tools)
  if (end.kind !== 'complete' || report.verdict === 'unanswered') return report
  if (report.problem !== 'output_missing') return report
  tools.log.warn('job.output_missing', { job: held.lease.job })
  const failure = infrastructure('store_unreachable', 'An output did not arrive whole.').failure
  return reportEnd(held, { kind: 'fail', failure }, tools)
}

/** Takes away what the job left: our folder, the engine's entry (it holds the graph), and its files where we can reach them. */
async function cleanUp(run: Run): Promise<void> {
  const { tools, held } = run
  const remove = (path: string) => rm(path, { recursive: true, force: true }).catch(() => {})
  const engineFolders = tools.engineFolder === null ? [] : ['input', 'output', 'temp']
  await Promise.all([
    remove(run.folder),
    ...(run.wasPosted ? [removeHistory(tools.engine, held.lease.run_id)] : []),
    ...engineFolders.map(name =>
      remove(join(tools.engineFolder ?? '', name, engineSubfolder(held.lease))),
    ),
  ])
}
