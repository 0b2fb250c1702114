/** How far a run is, from the engine's messages. Every node weighs the same: what each takes is not known yet. */
import type { Progress } from '@bp/contracts/shapes/jobs'
import { fieldsOf, numberOf, textOf, type Fields } from './json.ts'

export interface ProgressMeter {
  /** Takes a message in; true when the picture of the run has changed. */
  hear(type: string, data: Fields): boolean
  now(): Progress
  /** Node that runs at this moment, as the engine last said. */
  currentNode(): string | null
}

/** `nodes`: those that will run, with their classes. Nodes that no output needs are not among them. */
export function progressMeter(nodes: ReadonlyMap<string, string>): ProgressMeter {
  const done = new Set<string>()
  let current: string | null = null
  let step: number | null = null
  let steps: number | null = null

  const finish = (nodeId: string | null) => {
    if (nodeId !== null && nodes.has(nodeId)) done.add(nodeId)
  }
  const begin = (nodeId: string | null) => {
    if (nodeId === current) return
    finish(current)
    current = nodeId
    step = null
    steps = null
  }
  const stepTo = (value: unknown, max: unknown) => {
    step = wholeOf(value)
    steps = wholeOf(max)
  }

  const hear = (type: string, data: Fields): boolean => {
    switch (type) {
      case 'execution_cached':
        for (const nodeId of Array.isArray(data['nodes']) ? data['nodes'] : [])
          finish(String(nodeId))
        return true
      case 'executing':
        begin(nodeOf(data))
        return true
      case 'executed':
        finish(nodeOf(data))
        return true
      case 'progress':
        begin(nodeOf(data) ?? current)
        stepTo(data['value'], data['max'])
        return true
      case 'progress_state':
        // Says all nodes each time.
        for (const [nodeId, state] of Object.entries(fieldsOf(data['nodes']))) {
          const fields = fieldsOf(state)
          if (fields['state'] === 'finished') finish(nodeId)
          if (fields['state'] !== 'running') continue
          begin(nodeId)
          stepTo(fields['value'], fields['max'])
        }
        return true
      default:
        return false
    }
  }

  return {
    hear,
    currentNode: () => current,
    now: () => {
      const total = Math.max(1, nodes.size)
      const isCounted = current === null || done.has(current)
      const part = isCounted || step === null || steps === null || steps <= 1 ? 0 : step / steps
      return {
        value: Math.min(1, (done.size + Math.min(1, Math.max(0, part))) / total),
        nodes_done: done.size,
        nodes_total: nodes.size,
        current_node: current,
        current_node_class: current === null ? null : (nodes.get(current) ?? null),
        step,
        steps,
        message: null,
      }
    },
  }
}

const nodeOf = (data: Fields): string | null => textOf(data['node']) || null
const wholeOf = (value: unknown): number | null => {
  const number = numberOf(value)
  return number === undefined ? null : Math.round(number)
}
