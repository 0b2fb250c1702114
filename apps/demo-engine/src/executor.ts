import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { ExecutionOrder } from './execution-order.ts'
import { takeFault, type Faults } from './faults.ts'
import type { Folders } from './folders.ts'
import { isLink, isRecord, type GraphNode } from './graph.ts'
import type { NodeClass, NodeContext, NodeResult } from './node-class.ts'
import { describeValue, NodeInputs } from './node-inputs.ts'
import { Progress } from './progress.ts'
import type { HistoryEntry, PromptQueue, QueueItem, StatusMessage } from './prompt-queue.ts'
import { InterruptedPrompt, PythonError } from './python-error.ts'
import { pythonText } from './python-text.ts'
import { ResultCache } from './result-cache.ts'
import type { SocketHub } from './socket-hub.ts'

/** Longest time that a node keeps requests and sockets waiting, where it can be helped. */
const BREATH_MS = 12
/** Length of one tick of a slowed node. */
const TICK_MS = 50

/** What the executor needs from the engine around it. */
export interface ExecutorParts {
  readonly queue: PromptQueue
  readonly sockets: SocketHub
  readonly classes: ReadonlyMap<string, NodeClass>
  readonly folders: Folders
  readonly faults: Faults
  readonly log: (line: string) => void
  /** Ends the process in the middle of a prompt. */
  readonly onCrash: () => void
}

/**
 * The one worker loop: takes prompts in order and runs them node by node.
 *
 * ```
 * waiting ─take→ execution_start → execution_cached → per node: progress_state, executing, …, executed, progress_state
 *   → execution_success | execution_error | execution_interrupted → history → executing null
 * ```
 * History is written after `execution_success`, as a real engine does it: whoever asks at once may find nothing.
 */
export class Executor {
  readonly #parts: ExecutorParts
  readonly #cache = new ResultCache()
  readonly #stopped = new AbortController()
  #isInterrupted = false
  #wantsFree = false
  #current: { clientId: string | undefined; nodeId: string | undefined } = {
    clientId: undefined,
    nodeId: undefined,
  }

  constructor(parts: ExecutorParts) {
    this.#parts = parts
  }

  /** The node that runs for a client now: a client that comes back is told. */
  runningNodeFor(clientId: string): string | undefined {
    return this.#current.clientId === clientId ? this.#current.nodeId : undefined
  }

  /** Asks the running prompt to end at its next node or tick. */
  interrupt(): void {
    this.#isInterrupted = true
  }

  /** Forgets all kept results as soon as nothing runs. */
  free(): void {
    this.#wantsFree = true
    this.#parts.queue.wake()
  }

  stop(): void {
    this.#stopped.abort()
    this.interrupt()
    this.#parts.queue.wake()
  }

  /**
   * Runs until `stop`. A node without `inputs` that no output reaches ends the loop while everything else goes on
   * answering: a real engine turns into the same zombie, and callers must be able to notice.
   */
  async loop(): Promise<void> {
    const { queue, log } = this.#parts
    while (!this.#stopped.signal.aborted) {
      const item = queue.take()
      if (item === undefined) {
        if (this.#wantsFree) this.#freeNow()
        else await queue.changed()
        continue
      }
      const began = performance.now()
      const clientId = clientOf(item)
      const entry = await this.#run(item, clientId)
      queue.finish(item, entry)
      if (clientId !== undefined && !this.#isSilent)
        this.#parts.sockets.send('executing', { node: null, prompt_id: item.promptId }, clientId)
      log(`Prompt executed in ${((performance.now() - began) / 1000).toFixed(2)} seconds`)
      if (this.#wantsFree) this.#freeNow()
    }
  }

  #isSilent = false

  #freeNow(): void {
    this.#wantsFree = false
    this.#cache.clear()
  }

  async #run(item: QueueItem, clientId: string | undefined): Promise<Omit<HistoryEntry, 'prompt'>> {
    const { faults, sockets, classes, folders } = this.#parts
    this.#isInterrupted = this.#stopped.signal.aborted
    this.#isSilent = takeFault(faults, 'silentSocket')
    this.#current = { clientId, nodeId: undefined }
    const run = new PromptRun(item, clientId, this.#isSilent ? undefined : sockets)

    run.report('execution_start', {})
    if (takeFault(faults, 'dropSocket')) sockets.cut(clientId)
    await this.#cache.setPrompt(item.graph, classes, folders)
    const cached = Object.keys(item.graph).filter(id => this.#cache.get(id) !== undefined)
    run.report('execution_cached', { nodes: cached })

    const order = new ExecutionOrder(
      item.graph,
      classes,
      id => this.#cache.get(id) !== undefined,
      item.outputs,
    )
    let failed = false
    for (let nodeId = order.next(); nodeId !== undefined; nodeId = order.next()) {
      failed = !(await this.#runNode(run, nodeId))
      if (failed) break
      order.complete(nodeId)
    }
    if (!failed) run.report('execution_success', {})
    this.#current = { clientId: undefined, nodeId: undefined }
    // The gap in which a real engine's history does not know the prompt yet.
    await nextTurn()

    const shown = Object.keys(item.graph).flatMap(id => {
      const result = this.#cache.get(id)
      return result?.shown === undefined ? [] : [{ id, shown: result.shown, meta: result.meta }]
    })
    return {
      outputs: Object.fromEntries(shown.map(one => [one.id, one.shown])),
      meta: Object.fromEntries(shown.map(one => [one.id, one.meta])),
      status: {
        status_str: failed ? 'error' : 'success',
        completed: !failed,
        messages: run.messages,
      },
    }
  }

  /** Runs one node or takes its result from the cache; false when the prompt ends here. */
  async #runNode(run: PromptRun, nodeId: string): Promise<boolean> {
    const node = run.item.graph[nodeId]
    const nodeClass = node && this.#parts.classes.get(node.class_type)
    if (node === undefined || nodeClass === undefined)
      throw new Error(`node ${nodeId} vanished after it was checked`)
    const cached = this.#cache.get(nodeId)
    if (cached !== undefined) {
      run.sendExecuted(nodeId, cached.shown ?? null)
      run.send('progress_state', run.progress.finish(nodeId))
      return true
    }

    let inputs: NodeInputs | undefined
    try {
      run.send('progress_state', run.progress.start(nodeId))
      inputs = this.#inputsOf(node)
      this.#current.nodeId = nodeId
      if (run.clientId !== undefined)
        run.send('executing', { node: nodeId, display_node: nodeId, prompt_id: run.item.promptId })
      await nextTurn()
      this.#throwIfInterrupted()
      await this.#misbehave(run, nodeId)
      const result = await nodeClass.run(inputs, this.#context(run, nodeId))
      this.#keep(run, nodeId, result)
      run.send('progress_state', run.progress.finish(nodeId))
      run.executed.push(nodeId)
      return true
    } catch (error) {
      this.#reportFailure(run, nodeId, node, inputs, error)
      return false
    }
  }

  #keep(run: PromptRun, nodeId: string, result: NodeResult): void {
    const { shown } = result
    if (shown !== undefined) run.sendExecuted(nodeId, shown)
    const meta = { node_id: nodeId, display_node: nodeId, parent_node: null, real_node_id: nodeId }
    this.#cache.set(nodeId, { outputs: result.outputs ?? [], shown, meta })
  }

  #inputsOf(node: GraphNode): NodeInputs {
    const values = new Map<string, unknown>()
    for (const [name, value] of Object.entries(node.inputs)) {
      if (isLink(value)) values.set(name, this.#cache.get(value[0])?.outputs.at(value[1]) ?? null)
      else values.set(name, value)
    }
    return new NodeInputs(values)
  }

  #context(run: PromptRun, nodeId: string): NodeContext {
    const extra = run.item.extraData['extra_pnginfo']
    let turn = performance.now()
    return {
      nodeId,
      folders: this.#parts.folders,
      graph: run.item.graph,
      extraPngInfo: isRecord(extra) ? extra : undefined,
      breathe: async () => {
        if (performance.now() - turn < BREATH_MS) return
        await nextTurn()
        turn = performance.now()
      },
      tick: (value, max) => this.#tick(run, nodeId, value, max),
      sendText: text => run.sendText(nodeId, text),
    }
  }

  async #tick(run: PromptRun, nodeId: string, value: number, max: number): Promise<void> {
    this.#throwIfInterrupted()
    run.send('progress_state', run.progress.update(nodeId, value, max))
    run.send('progress', { value, max, prompt_id: run.item.promptId, node: nodeId })
    await nextTurn()
  }

  #throwIfInterrupted(): void {
    if (!this.#isInterrupted) return
    this.#isInterrupted = false
    throw new InterruptedPrompt()
  }

  async #misbehave(run: PromptRun, nodeId: string): Promise<void> {
    const { faults, onCrash } = this.#parts
    if (takeFault(faults, 'crash')) {
      onCrash()
      throw new InterruptedPrompt()
    }
    if (takeFault(faults, 'outOfMemory'))
      throw new PythonError(
        'torch.OutOfMemoryError',
        'CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.12 GiB is free.',
        'This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.',
      )
    if (takeFault(faults, 'cudaError'))
      throw new PythonError(
        'torch.AcceleratorError',
        'CUDA error: an illegal memory access was encountered',
      )
    const ticks = Math.ceil(faults.slowNodeMs / TICK_MS)
    for (let tick = 1; tick <= ticks; tick++) {
      await sleep(Math.min(TICK_MS, faults.slowNodeMs), undefined, {
        signal: this.#stopped.signal,
      }).catch(() => {})
      await this.#tick(run, nodeId, tick, ticks)
    }
  }

  #reportFailure(
    run: PromptRun,
    nodeId: string,
    node: GraphNode,
    inputs: NodeInputs | undefined,
    error: unknown,
  ): void {
    const place = { node_id: nodeId, node_type: node.class_type, executed: run.executed }
    if (error instanceof InterruptedPrompt) {
      this.#parts.log('Processing interrupted')
      run.report('execution_interrupted', place, { toAll: true })
      return
    }
    const failure =
      error instanceof PythonError
        ? error
        : new PythonError('RuntimeError', error instanceof Error ? error.message : String(error))
    this.#parts.log(`!!! Exception during processing !!! ${failure.message}`)
    run.report('execution_error', {
      ...place,
      exception_message: `${failure.message}\n${failure.tips}`,
      exception_type: failure.exceptionType,
      traceback: [`  File "nodes.py", in ${node.class_type}\n`],
      current_inputs: Object.fromEntries(
        (inputs?.entries() ?? []).map(([name, value]) => [name, [describeValue(value)]]),
      ),
      current_outputs: Object.keys(run.item.graph),
    })
  }
}

function clientOf(item: QueueItem): string | undefined {
  const id = item.extraData['client_id']
  return id === undefined || id === null ? undefined : pythonText(id)
}

/** One prompt on its way: what it has told, and to whom it tells. */
class PromptRun {
  readonly messages: StatusMessage[] = []
  readonly executed: string[] = []
  readonly progress: Progress
  readonly item: QueueItem
  readonly clientId: string | undefined
  readonly #sockets: SocketHub | undefined

  constructor(item: QueueItem, clientId: string | undefined, sockets: SocketHub | undefined) {
    this.item = item
    this.clientId = clientId
    this.#sockets = sockets
    this.progress = new Progress(item.promptId)
  }

  /** A message that history keeps; without a client it is kept only. */
  report(event: string, data: Record<string, unknown>, { toAll = false } = {}): void {
    const message = { prompt_id: this.item.promptId, ...data, timestamp: Date.now() }
    this.messages.push([event, message])
    if (this.clientId !== undefined || toAll) this.#sockets?.send(event, message, this.clientId)
  }

  /** A passing message; without a client it goes to everybody, as a real engine's progress does. */
  send(event: string, data: Record<string, unknown>): void {
    this.#sockets?.send(event, data, this.clientId)
  }

  sendExecuted(nodeId: string, output: unknown): void {
    if (this.clientId === undefined) return
    this.send('executed', {
      node: nodeId,
      display_node: nodeId,
      output,
      prompt_id: this.item.promptId,
    })
  }

  sendText(nodeId: string, text: string): void {
    this.#sockets?.sendText(nodeId, text, undefined)
  }
}
