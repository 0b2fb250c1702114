import { control } from './hosts/events.ts'
import type { Scene } from './scene.ts'

/** One second here is so many for alarms. Only their clock is faster: no definition changes. */
export const alarmSpeed = 30

export const speedUpAlarms = ({ emulator }: Scene): Promise<void> =>
  control(emulator.endpoint, 'clock', { speed: alarmSpeed })

export const slowDownAlarms = ({ emulator }: Scene): Promise<void> =>
  control(emulator.endpoint, 'clock', { speed: 1 })
