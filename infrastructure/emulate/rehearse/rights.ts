import { control } from './hosts/events.ts'
import type { Scene } from './scene.ts'

/** Does something while the emulator checks identities and policies of every call. */
export async function withRights<Seen>(
  { emulator }: Scene,
  play: () => Promise<Seen>,
): Promise<Seen> {
  await control(emulator.endpoint, 'auth', { on: true })
  try {
    return await play()
  } finally {
    await control(emulator.endpoint, 'auth', { on: false })
  }
}
