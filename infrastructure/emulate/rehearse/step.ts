import type { Scene } from './scene.ts'

/** One step of the operator guide, as data: what a person would do, and how it is played here. */
export interface Step {
  /** Short and unique: `--only` takes it. */
  readonly id: string
  /** Where it stands in the guide. */
  readonly chapter: string
  /** The guide's own words, or ours where the guide takes it for granted. */
  readonly title: string
  /** What a person would type or click. */
  readonly command?: string
  /** What of this step is the real thing. */
  readonly real: string
  /** What stands in for AWS or for hardware. */
  readonly emulated: string
  /** What is only there in a thin version yet. */
  readonly thin?: string
  /** Steps without which it makes no sense. */
  readonly needs: readonly string[]
  /** The step is cut after this time. */
  readonly secondsMax: number
  /** Plays it. Answers a few words on what was seen, or throws why it failed. */
  play(scene: Scene, signal: AbortSignal): Promise<string | undefined>
}

/** How a step went. */
export interface Outcome {
  readonly step: Step
  readonly result: 'passed' | 'failed' | 'not reached'
  readonly seconds: number
  /** What was seen, why it failed, or what it waited for. */
  readonly note: string
}

/** Fills in what most steps of a chapter share. */
export const chapter =
  (name: string) =>
  (step: Omit<Step, 'chapter' | 'needs' | 'secondsMax'> & Partial<Step>): Step => ({
    needs: [],
    secondsMax: 60,
    ...step,
    chapter: name,
  })
