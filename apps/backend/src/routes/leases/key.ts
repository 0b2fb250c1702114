import { parseId, type WorkerId } from '@bp/contracts/ids'
import type { LeaseKey as WireKey } from '@bp/contracts/shapes/leases'
import type { LeaseKey } from '@bp/store/leases/lease-key'

/** The fence as a worker shows it. Its worker is part of it: a stolen key of another machine fits nothing. */
export function leaseKeyOf(wire: WireKey, workerId: WorkerId): LeaseKey {
  const jobId = parseId('job', wire.job)
  // The shape has checked the text; an id that is too large for 63 bits is the one thing it cannot see.
  if (jobId === undefined) throw new Error('a job id passed its shape and cannot be read')
  return { jobId, epoch: wire.epoch, secret: Buffer.from(wire.secret, 'hex'), workerId }
}

/** A UUID as its 16 bytes. */
export const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

/** 16 random bytes as a UUID of version 4: the two places that tell version and variant are set, always alike. */
export function uuidText(random: Uint8Array): string {
  const bytes = Buffer.from(random)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32]
    .map((end, at, ends) => hex.slice(at === 0 ? 0 : ends[at - 1], end))
    .join('-')
}
