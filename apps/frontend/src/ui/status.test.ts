import { expect, it } from 'vitest'
import { assetShelves, uploadStates } from '@bp/contracts/assets'
import { effectStates } from '@bp/contracts/effects'
import { launchStates } from '@bp/contracts/fleets'
import { attemptOutcomes, jobStatuses } from '@bp/contracts/jobs'
import { FleetDetail } from '@bp/contracts/shapes/fleets'
import { workerHealths, workerStates } from '@bp/contracts/workers'
import { status } from './status.ts'

const words = {
  job: jobStatuses,
  attempt: attemptOutcomes.words,
  worker: workerStates.words,
  workerHealth: workerHealths.words,
  launch: launchStates.words,
  effect: effectStates.words,
  upload: uploadStates.words,
  asset: assetShelves.words,
  pointer: FleetDetail.shape.pointer.unwrap().options,
} as const satisfies Record<keyof typeof status, readonly string[]>

it('has exactly one row for every state word of the contracts', () => {
  for (const noun of Object.keys(status)) {
    const rows: Readonly<Record<string, unknown>> = status[noun as keyof typeof status]
    expect(Object.keys(rows).toSorted(), noun).toEqual(
      [...words[noun as keyof typeof status]].toSorted(),
    )
  }
})

it('tells the states of a noun apart without colour', () => {
  for (const [noun, rows] of Object.entries(status)) {
    const seen = Object.values(rows).map(row => row.word)
    expect(new Set(seen).size, noun).toBe(seen.length)
  }
})
