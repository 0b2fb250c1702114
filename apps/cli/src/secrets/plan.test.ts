import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  planAppKey,
  planFleet,
  planOauth,
  planSigningKey,
  type HeldParameter,
  type HeldSecret,
} from './plan.ts'
import {
  signingKeyTarget,
  type AppKeyTarget,
  type FleetTarget,
  type OauthTarget,
} from './targets.ts'

const appKey: AppKeyTarget = { kind: 'app-key', name: 'app-key', path: '/a', envKey: 'A' }
const oauth: OauthTarget = { kind: 'oauth', name: 'oauth', path: '/o' }
const fleet: FleetTarget = {
  kind: 'fleet',
  name: 'fleet-staging',
  path: '/f',
  stage: 'staging',
  envKey: 'F',
}
const old = 'hT9wq2LmVz8RkX4cNb7yPd3sQe5uJa1f'
const other = 'Zk4vB8nXs1QwEr6TyUi0PlMh3GfDa7cV'
const generated = 'generated'
const generate = () => generated

const secret = (value: string): HeldSecret => ({ state: 'there', value, versionAt: undefined })
const parameter = (value: string, version: number, current?: number): HeldParameter => ({
  state: 'there',
  version,
  value,
  versionAt: undefined,
  current,
  previous: undefined,
})
const put = (value: string) => ({ kind: 'put-secret', value })
const label = (version: number | 'new', as: string) => ({ kind: 'label', version, label: as })
const putParameter = (value: string, isNew: boolean) => ({ kind: 'put-parameter', value, isNew })

describe('the application key', () => {
  it.each<[string, HeldSecret, string | undefined, boolean, string, readonly unknown[]]>([
    ['is not made before its stack', { state: 'missing' }, other, false, 'blocked', []],
    ['is not made beside a deleted one', { state: 'deleted' }, other, true, 'blocked', []],
    ['stays when nothing is wanted', secret(old), undefined, false, 'keep', []],
    ['stays when it is the wanted one', secret(old), old, false, 'keep', []],
    ['is not overwritten', secret(old), other, false, 'differs', []],
    [
      'is made up in place of a placeholder',
      secret('changeme'),
      undefined,
      false,
      'set',
      [put(generated)],
    ],
    ['takes the place of a placeholder', secret('changeme'), other, false, 'set', [put(other)]],
    ['takes the place of a short one', secret(old.slice(0, 30)), other, false, 'set', [put(other)]],
    ['is rotated to a new one', secret(old), undefined, true, 'rotate', [put(generated)]],
    ['is rotated to the wanted one', secret(old), other, true, 'rotate', [put(other)]],
    ['is not rotated to itself', secret(old), old, true, 'blocked', []],
  ])('%s', (_name, held, wanted, isRotation, action, writes) => {
    const step = planAppKey(appKey, held, { wanted, isRotation, generate })
    expect(step).toMatchObject({ name: 'app-key', path: '/a', action, writes })
  })
})

describe('sign-in providers', () => {
  const google = { client_id: 'a', client_secret: 'b' }
  const tiktok = { client_key: 'c', client_secret: 'd' }
  const fresh = '{"unused":"x"}'
  const json = (value: unknown) => secret(JSON.stringify(value))
  it.each<[string, HeldSecret, object, boolean, string, readonly unknown[]]>([
    ['are not written before their stack', { state: 'missing' }, { google }, false, 'blocked', []],
    ['are optional', secret(fresh), {}, false, 'keep', []],
    ['are optional, also beside nonsense', secret('no json'), {}, false, 'keep', []],
    ['are set', secret(fresh), { google }, false, 'set', [put(JSON.stringify({ google }))]],
    [
      'are added to those that are there',
      json({ google }),
      { tiktok },
      false,
      'set',
      [put(JSON.stringify({ google, tiktok }))],
    ],
    ['stay', json({ google, tiktok }), { google }, false, 'keep', []],
    ['are not overwritten', json({ google: tiktok }), { google, tiktok }, false, 'differs', []],
    [
      'are replaced by a rotation',
      json({ google, tiktok }),
      { tiktok },
      true,
      'rotate',
      [put(JSON.stringify({ tiktok }))],
    ],
    ['are not rotated to themselves', json({ google }), { google }, true, 'blocked', []],
    ['cannot be made up', json({ google }), {}, true, 'blocked', []],
  ])('%s', (_name, held, wanted, isRotation, action, writes) => {
    const order = { wanted: { ...wanted }, isRotation, generate }
    expect(planOauth(oauth, held, order)).toMatchObject({ action, writes })
  })
})

describe('the signing key of a CDN', () => {
  const pem = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
  const [mine, another] = [pem(), pem()]
  const fresh = secret('{"unused":"x"}')
  it.each<[string, HeldSecret, string | undefined, boolean, string, readonly unknown[]]>([
    ['is not needed without a CDN', { state: 'missing' }, undefined, false, 'keep', []],
    ['is not written before its stack', { state: 'missing' }, mine, false, 'blocked', []],
    ['is not written beside a deleted one', { state: 'deleted' }, mine, false, 'blocked', []],
    ['may wait', fresh, undefined, false, 'keep', []],
    ['is set', fresh, mine, false, 'set', [put(mine)]],
    ['is set also by an order to rotate', fresh, mine, true, 'set', [put(mine)]],
    ['stays when nothing is wanted', secret(mine), undefined, false, 'keep', []],
    ['stays when it is the wanted one', secret(mine.trim()), mine, false, 'keep', []],
    ['is not overwritten', secret(mine), another, false, 'differs', []],
    ['is rotated', secret(mine), another, true, 'rotate', [put(another)]],
    ['is not rotated to itself', secret(mine), mine, true, 'blocked', []],
    ['cannot be made up', secret(mine), undefined, true, 'blocked', []],
  ])('%s', (_name, held, wanted, isRotation, action, writes) => {
    const step = planSigningKey(signingKeyTarget, held, { wanted, isRotation })
    expect(step).toMatchObject({ name: 'media-signing-key', action, writes })
  })
})

describe('a fleet secret', () => {
  it.each<[string, HeldParameter, string | undefined, boolean, string, readonly unknown[]]>([
    [
      'is made up',
      { state: 'missing' },
      undefined,
      false,
      'set',
      [putParameter(generated, true), label('new', 'current')],
    ],
    [
      'is taken from the file',
      { state: 'missing' },
      other,
      false,
      'set',
      [putParameter(other, true), label('new', 'current')],
    ],
    ['is not written over a plain text', { state: 'plain' }, other, true, 'blocked', []],
    ['stays', parameter(old, 3, 3), undefined, false, 'keep', []],
    ['is not overwritten', parameter(old, 3, 3), other, false, 'differs', []],
    [
      'takes the place of a placeholder',
      parameter('changeme', 1),
      undefined,
      false,
      'set',
      [putParameter(generated, false), label('new', 'current')],
    ],
    [
      'is rotated, and the one before stays valid',
      parameter(old, 3, 3),
      undefined,
      true,
      'rotate',
      [putParameter(generated, false), label(3, 'previous'), label('new', 'current')],
    ],
    ['is not rotated to itself', parameter(old, 3, 3), old, true, 'blocked', []],
    [
      'gets a label that it lacks',
      parameter(old, 1),
      undefined,
      false,
      'finish',
      [label(1, 'current')],
    ],
    [
      'whose rotation broke off is finished, not rotated again',
      parameter(old, 4, 3),
      undefined,
      true,
      'finish',
      [label(3, 'previous'), label(4, 'current')],
    ],
  ])('%s', (_name, held, wanted, isRotation, action, writes) => {
    const step = planFleet(fleet, held, { wanted, isRotation, generate })
    expect(step).toMatchObject({ action, writes })
  })
})
