/**
 * What a sync does with each secret: a decision over what AWS holds and what is wanted, without a call.
 *
 * A fleet secret's rotation, by the labels of its versions (workers read the newest version, the backend takes both
 * labels):
 *
 *   v1 current ── put ──▶ v1 current, v2 ── label ──▶ v1 current+previous, v2 ── label ──▶ v1 previous, v2 current
 *
 * A newest version that is not `current` is a rotation that broke off: the next run finishes it and makes no third value.
 */
import { isDeepStrictEqual } from 'node:util'
import { names } from '@bp/contracts/names'
import { parseOauth, type Oauth } from './oauth.ts'
import { signingKeyOf } from './signing-key.ts'
import type { AppKeyTarget, FleetTarget, OauthTarget, SigningKeyTarget } from './targets.ts'
import { textFault } from './text-fault.ts'

export type Action =
  /** As it should be. */
  | 'keep'
  /** Was not there, or held nothing that could be used. */
  | 'set'
  | 'rotate'
  /** An earlier run broke off. */
  | 'finish'
  /** The file says something else than AWS, and nobody asked for a rotation. */
  | 'differs'
  /** Something else has to be done first. */
  | 'blocked'

export interface Step {
  readonly name: string
  readonly path: string
  readonly action: Action
  /** Why, and where it is not done, what to do. */
  readonly text: string
  readonly writes: readonly Write[]
}

/** One call that changes something. `new` is the version that the put before it made. */
type Write =
  | { readonly kind: 'put-secret'; readonly value: string }
  | { readonly kind: 'put-parameter'; readonly value: string; readonly isNew: boolean }
  | { readonly kind: 'label'; readonly version: number | 'new'; readonly label: Label }
export type Label = 'current' | 'previous'

/** What Secrets Manager says of a secret. */
export type HeldSecret =
  | { readonly state: 'missing' }
  | { readonly state: 'deleted' }
  | { readonly state: 'there'; readonly value: string; readonly versionAt: Date | undefined }

/** What Parameter Store says of a fleet secret. */
export type HeldParameter =
  | { readonly state: 'missing' }
  /** Readable for everybody who may read parameters; its type cannot be changed. */
  | { readonly state: 'plain' }
  | {
      readonly state: 'there'
      /** The newest. */
      readonly version: number
      readonly value: string
      readonly versionAt: Date | undefined
      readonly current: number | undefined
      readonly previous: number | undefined
    }

/** How a target is to be treated. */
export interface Order<W> {
  readonly wanted: W
  readonly isRotation: boolean
  /** A new random value. */
  readonly generate: () => string
}

const keep = (text: string): Verdict => ({ action: 'keep', text, writes: [] })
const blocked = (text: string): Verdict => ({ action: 'blocked', text, writes: [] })
type Verdict = Pick<Step, 'action' | 'text' | 'writes'>
const sameValue = 'the file holds the value that is in use: put a new one there'
const sameOrMade = `${sameValue}, or take the line out to have one made`

export const planAppKey = (
  target: AppKeyTarget,
  held: HeldSecret,
  order: Order<string | undefined>,
): Step => ({ name: target.name, path: target.path, ...appKeyVerdict(target, held, order) })

function appKeyVerdict(
  { kind, name, path }: AppKeyTarget,
  held: HeldSecret,
  { wanted, isRotation, generate }: Order<string | undefined>,
): Verdict {
  if (held.state !== 'there') return absent(held.state, path)
  const put = (action: Action): Verdict => ({
    action,
    text: wanted === undefined ? 'a new random value' : 'the value of the file',
    writes: [{ kind: 'put-secret', value: wanted ?? generate() }],
  })
  if (textFault(kind, held.value) !== undefined) return put('set')
  if (isRotation) return wanted === held.value ? blocked(sameOrMade) : put('rotate')
  if (wanted === undefined || wanted === held.value) return keep('has a value')
  return differs(name)
}

export const planOauth = (target: OauthTarget, held: HeldSecret, order: Order<Oauth>): Step => ({
  name: target.name,
  path: target.path,
  ...oauthVerdict(target, held, order),
})

function oauthVerdict(
  { name, path }: OauthTarget,
  held: HeldSecret,
  { wanted, isRotation }: Order<Oauth>,
): Verdict {
  if (held.state !== 'there') return absent(held.state, path)
  const stored = parseOauth(held.value)
  const put = (action: Action, oauth: Oauth): Verdict => ({
    action,
    text: `offers ${Object.keys(oauth).join(', ')}`,
    writes: [{ kind: 'put-secret', value: JSON.stringify(oauth) }],
  })
  if (isRotation) {
    if (Object.keys(wanted).length === 0)
      return blocked('nothing can be made up here: the file must name a provider')
    return isDeepStrictEqual(wanted, stored) ? blocked(sameValue) : put('rotate', wanted)
  }
  const isAdded = Object.keys(wanted).some(provider => !Object.hasOwn(stored, provider))
  const isChanged = Object.entries(wanted).some(
    ([provider, values]) =>
      Object.hasOwn(stored, provider) && !isDeepStrictEqual(values, stored[provider]),
  )
  if (isChanged) return differs(name)
  if (isAdded) return put('set', { ...stored, ...wanted })
  const offered = Object.keys(stored)
  return keep(offered.length === 0 ? 'no provider; none is needed' : `offers ${offered.join(', ')}`)
}

/** `wanted` is a key as `signingKeyOf` gives it. */
export const planSigningKey = (
  target: SigningKeyTarget,
  held: HeldSecret,
  order: Omit<Order<string | undefined>, 'generate'>,
): Step => ({ name: target.name, path: target.path, ...signingKeyVerdict(target, held, order) })

function signingKeyVerdict(
  { name, path }: SigningKeyTarget,
  held: HeldSecret,
  { wanted, isRotation }: Omit<Order<string | undefined>, 'generate'>,
): Verdict {
  if (isRotation && wanted === undefined)
    return blocked('nothing can be made up here: the file must name the key that fits the CDN')
  if (held.state === 'missing' && wanted === undefined) return keep('no CDN; none is needed')
  if (held.state === 'missing')
    return blocked(
      `${names.stacks.data} makes it when the configuration has a media_public_key: npx cdk deploy ${names.stacks.data} --exclusively`,
    )
  if (held.state === 'deleted') return absent(held.state, path)
  const stored = signingKeyOf(held.value)
  if (wanted === undefined)
    return keep(stored === undefined ? 'no key; links lead to the bucket' : 'has a key')
  const put = (action: Action): Verdict => ({
    action,
    text: 'the key of the file',
    writes: [{ kind: 'put-secret', value: wanted }],
  })
  if (stored === undefined) return put('set')
  if (isRotation) return wanted === stored ? blocked(sameValue) : put('rotate')
  return wanted === stored ? keep('has a key') : differs(name)
}

export const planFleet = (
  target: FleetTarget,
  held: HeldParameter,
  order: Order<string | undefined>,
): Step => ({ name: target.name, path: target.path, ...fleetVerdict(target, held, order) })

function fleetVerdict(
  { kind, name, path }: FleetTarget,
  held: HeldParameter,
  { wanted, isRotation, generate }: Order<string | undefined>,
): Verdict {
  const text = wanted === undefined ? 'a new random value' : 'the value of the file'
  const put = (isNew: boolean): Write => ({
    kind: 'put-parameter',
    value: wanted ?? generate(),
    isNew,
  })
  const labelNew: Write = { kind: 'label', version: 'new', label: 'current' }
  if (held.state === 'plain')
    return blocked(
      `is no SecureString: take it away (aws ssm delete-parameter --name ${path}) and run this again`,
    )
  if (held.state === 'missing') return { action: 'set', text, writes: [put(true), labelNew] }

  const { version, value, current } = held
  const label = (of: number, as: Label): Write => ({ kind: 'label', version: of, label: as })
  // Nobody accepts such a value, so nobody loses it.
  if (textFault(kind, value) !== undefined)
    return { action: 'set', text: `${text}: it held none`, writes: [put(false), labelNew] }
  if (current !== version) {
    const before = current === undefined ? [] : [label(current, 'previous')]
    return {
      action: 'finish',
      text: 'an earlier run broke off; its value counts from now on',
      writes: [...before, label(version, 'current')],
    }
  }
  if (isRotation) {
    if (wanted === value) return blocked(sameOrMade)
    return {
      action: 'rotate',
      text: `${text}; the one before stays valid`,
      writes: [put(false), label(version, 'previous'), labelNew],
    }
  }
  if (wanted === undefined || wanted === value) return keep('has a value')
  return differs(name)
}

const differs = (name: string): Verdict => ({
  action: 'differs',
  text: `AWS holds another value than the file; --rotate ${name} puts the file's there`,
  writes: [],
})

const absent = (state: 'missing' | 'deleted', path: string): Verdict =>
  state === 'deleted'
    ? blocked(
        `was deleted and can be had back: aws secretsmanager restore-secret --secret-id ${path}`,
      )
    : blocked(`${names.stacks.data} makes it: npx cdk deploy ${names.stacks.data} --exclusively`)
