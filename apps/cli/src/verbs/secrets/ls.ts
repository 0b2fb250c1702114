import { openAws, type Aws } from '../../aws/clients.ts'
import type { Tone } from '../../hosts/style.ts'
import { describeSecret, readParameter, readSecret } from '../../secrets/held.ts'
import { parseOauth } from '../../secrets/oauth.ts'
import { signingKeyOf } from '../../secrets/signing-key.ts'
import { managedSecrets, targets, type Target } from '../../secrets/targets.ts'
import { textFault } from '../../secrets/text-fault.ts'
import type { Run } from '../../verb.ts'

type State = 'set' | 'missing' | 'unusable' | 'unfinished' | 'optional' | 'managed'
const tones: Readonly<Record<State, Tone>> = {
  set: 'good',
  missing: 'bad',
  unusable: 'bad',
  unfinished: 'warn',
  optional: 'dim',
  managed: 'dim',
}

interface Line {
  readonly name: string | null
  readonly path: string
  readonly state: State
  readonly text: string
  readonly changed_at: string | null
}

/** Says of every secret whether it is usable and how old it is. Values are looked at and never shown. */
export const run: Run = async function* (_input, { signal }) {
  const aws = await openAws()
  try {
    yield {
      say: 'progress',
      phase: 'reading',
      text: `reading what ${aws.region} holds`,
      part: null,
    }
    const lines: Line[] = []
    for (const target of targets) lines.push(await lineOf(aws, target, signal))
    for (const path of managedSecrets) lines.push(await managedLine(aws, path, signal))
    const isIncomplete = lines.some(({ state }) =>
      ['missing', 'unusable', 'unfinished'].includes(state),
    )
    return {
      data: { region: aws.region, secrets: lines },
      view: {
        kind: 'table',
        columns: ['secret', 'state', 'changed', 'about'],
        rows: lines.map(({ path, state, text, changed_at }) => [
          path,
          { text: state, tone: tones[state] },
          changed_at?.slice(0, 10) ?? '-',
          text,
        ]),
        empty: 'There are no secrets.',
      },
      ...(isIncomplete ? { next: 'npx bp secrets sync --dry-run' } : {}),
    }
  } finally {
    aws.close()
  }
}

async function lineOf(aws: Aws, target: Target, signal: AbortSignal): Promise<Line> {
  const { name, path } = target
  const line = (state: State, text: string, at?: Date): Line => ({
    name,
    path,
    state,
    text,
    changed_at: at?.toISOString() ?? null,
  })
  if (target.kind === 'fleet') {
    const held = await readParameter(aws.parameters, path, signal)
    if (held.state === 'missing') return line('missing', 'no machine can be let in')
    if (held.state === 'plain') return line('unusable', 'is no SecureString')
    const { version, value, versionAt, current, previous } = held
    if (textFault(target.kind, value) !== undefined)
      return line('unusable', 'is a placeholder', versionAt)
    if (current !== version) return line('unfinished', 'a rotation broke off', versionAt)
    const before = previous === undefined ? '' : `; version ${String(previous)} is valid as well`
    return line('set', `version ${String(version)}${before}`, versionAt)
  }
  const held = await readSecret(aws.secrets, path, signal)
  if (held.state === 'missing')
    return target.kind === 'signing-key'
      ? line('optional', 'no CDN')
      : line('missing', 'bp-data makes it')
  if (held.state === 'deleted') return line('missing', 'deleted, and can be had back')
  if (target.kind === 'oauth') {
    const offered = Object.keys(parseOauth(held.value))
    return offered.length === 0
      ? line('optional', 'no provider', held.versionAt)
      : line('set', `offers ${offered.join(', ')}`, held.versionAt)
  }
  if (target.kind === 'signing-key')
    return signingKeyOf(held.value) === undefined
      ? line('optional', 'no key; links lead to the bucket', held.versionAt)
      : line('set', 'signs links of the CDN', held.versionAt)
  return textFault(target.kind, held.value) === undefined
    ? line('set', 'read at the start of each backend task', held.versionAt)
    : line('unusable', 'is a placeholder', held.versionAt)
}

async function managedLine(aws: Aws, path: string, signal: AbortSignal): Promise<Line> {
  const found = await describeSecret(aws.secrets, path, signal)
  return {
    name: null,
    path,
    state: found === undefined ? 'missing' : 'managed',
    text: 'made and read by bp-data',
    changed_at: found?.LastChangedDate?.toISOString() ?? null,
  }
}
