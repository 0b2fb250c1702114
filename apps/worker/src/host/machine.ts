/** What this machine is and has. */
import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import type { Register } from '@bp/contracts/shapes/workers'
import type { EngineFacts } from '../comfy/presence.ts'

/** Free bytes of the disk that holds `folder`; null when the system does not say. */
export async function diskFreeBytes(folder: string): Promise<number | null> {
  try {
    const disk = await statfs(folder)
    return disk.bavail * disk.bsize
  } catch {
    return null
  }
}

/** Hardware for the registration. The GPU is what the engine says of it; unknown while the engine is still starting. */
export async function hardwareOf(
  folder: string,
  engine: EngineFacts | undefined,
): Promise<Register['hardware']> {
  return {
    gpu: engine?.gpu ?? null,
    vram_bytes: engine?.vramBytes ?? null,
    ram_bytes: totalmem(),
    disk_free_bytes: await diskFreeBytes(folder),
  }
}
