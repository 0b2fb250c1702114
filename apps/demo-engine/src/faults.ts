/**
 * What the engine does wrong on purpose, for tests. All off unless asked for.
 *
 * The counted ones go off on that many prompts (or sockets) and are used up; a large number is "always".
 */
export interface Faults {
  /** Milliseconds that each node takes longer, in ticks at which an interrupt is seen. */
  slowNodeMs: number
  /** Prompts that end with the error of a GPU that is out of memory. */
  outOfMemory: number
  /** Prompts that end with a CUDA error, after which a real process is poisoned. */
  cudaError: number
  /** Prompts in whose middle the process dies. */
  crash: number
  /** Prompts at whose start the sockets of the client are cut. */
  dropSocket: number
  /** Prompts that run without any message to the socket. */
  silentSocket: number
  /** Calls of POST /prompt that queue the prompt and still answer 500. */
  promptError: number
}

/** Names of the faults. */
const FAULT_NAMES = [
  'slowNodeMs',
  'outOfMemory',
  'cudaError',
  'crash',
  'dropSocket',
  'silentSocket',
  'promptError',
] as const satisfies readonly (keyof Faults)[]

/** Faults that are all off. */
export function noFaults(): Faults {
  return {
    slowNodeMs: 0,
    outOfMemory: 0,
    cudaError: 0,
    crash: 0,
    dropSocket: 0,
    silentSocket: 0,
    promptError: 0,
  }
}

/** A fault's number as it comes from outside: `true` is once, and whole numbers from 0 are counts or milliseconds. */
function faultValue(value: unknown): number | undefined {
  if (value === true) return 1
  if (value === false || value === null) return 0
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/**
 * Sets the faults named in an object and leaves the others. Answers the names that are unknown or have no number;
 * then nothing is set.
 */
export function setFaults(faults: Faults, wanted: Record<string, unknown>): readonly string[] {
  const known = new Set<string>(FAULT_NAMES)
  const refused = Object.entries(wanted).filter(
    ([name, value]) => !known.has(name) || faultValue(value) === undefined,
  )
  if (refused.length > 0) return refused.map(([name]) => name)
  for (const name of FAULT_NAMES) {
    const value = faultValue(wanted[name])
    if (name in wanted && value !== undefined) faults[name] = value
  }
  return []
}

/** Reads a list like `slowNodeMs=200,crash`; a name alone is once. Throws an Error that names what is wrong. */
export function parseFaults(list: string): Faults {
  const faults = noFaults()
  const wanted: Record<string, unknown> = {}
  for (const part of list.split(',').filter(text => text.trim() !== '')) {
    const [name = '', value] = part.trim().split('=')
    wanted[name] = value === undefined ? true : Number(value)
  }
  const refused = setFaults(faults, wanted)
  if (refused.length > 0)
    throw new Error(
      `unknown fault or no whole number: ${refused.join(', ')}; known are ${FAULT_NAMES.join(', ')}`,
    )
  return faults
}

/** Uses one up: whether this fault goes off now. */
export function takeFault(faults: Faults, name: Exclude<keyof Faults, 'slowNodeMs'>): boolean {
  if (faults[name] <= 0) return false
  faults[name] -= 1
  return true
}
