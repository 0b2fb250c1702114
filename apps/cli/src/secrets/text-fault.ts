import { secretFault } from '@bp/contracts/secret-fault'
import type { AppKeyTarget, FleetTarget } from './targets.ts'

/** 32 bytes are made of it. */
const appKeyCharsMin = 32

/** Why a text cannot be this secret, and what to do; never any part of the text. */
export function textFault(
  kind: (AppKeyTarget | FleetTarget)['kind'],
  value: string,
): string | undefined {
  const fault = secretFault(value)
  if (fault !== undefined || kind !== 'app-key' || value.length >= appKeyCharsMin) return fault
  return `The value has fewer than ${String(appKeyCharsMin)} characters. Take the line out to have one made.`
}
