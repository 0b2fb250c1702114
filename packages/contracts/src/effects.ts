/** An effect is what people see: name, slug, pictures, the workflow version it runs, values it fixes. */
import { closedList } from './closed-list.ts'

export const effectStates = closedList('effect state', {
  development: 0,
  published: 1,
  disabled: 2,
})
export type EffectState = (typeof effectStates.words)[number]
