import type { WorkflowInput } from './inputs.ts'

/** Drawn seeds stay below 2^53, so that every tool that shows one can hold it; given ones may be larger. */
const seedRange = 2 ** 53

/** One seed as decimal text. `random` gives 0 ≤ x < 1. */
export const drawSeed = (random: () => number): string => String(Math.floor(random() * seedRange))

/**
 * Replaces each "random" by a number, once, at submit: the job keeps it, so that a picture can be made again.
 * Given seeds become decimal text as well; every other value stays as it is.
 */
export function drawSeeds(
  inputs: readonly Pick<WorkflowInput, 'key' | 'kind'>[],
  values: Readonly<Record<string, unknown>>,
  random: () => number,
): Readonly<Record<string, unknown>> {
  const drawn: Record<string, unknown> = { ...values }
  for (const { key, kind } of inputs) {
    const value = drawn[key]
    if (kind !== 'seed' || value === undefined || value === null) continue
    if (value === 'random') drawn[key] = drawSeed(random)
    else if (typeof value === 'number') drawn[key] = String(value)
  }
  return drawn
}
