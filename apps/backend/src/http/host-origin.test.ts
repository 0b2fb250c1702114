import { expect, it } from 'vitest'
import { checkHost, checkOrigin, placesOf } from './host-origin.ts'

const local = placesOf({ publicUrl: 'http://127.0.0.1:4000', port: 4000, hosts: [] })
const remote = placesOf({
  publicUrl: 'https://bp.example',
  port: 4000,
  hosts: ['internal.example:8080'],
})

it.each(['127.0.0.1:4000', 'localhost:4000', 'LOCALHOST:4000', '[::1]:4000'])(
  'serves %s on loopback',
  host => {
    expect(() => checkHost(host, local)).not.toThrow()
  },
)
it.each(['evil.example', '127.0.0.1', '127.0.0.1:4001', 'localhost.evil.example:4000', undefined])(
  'refuses %s on loopback',
  host => {
    expect(() => checkHost(host, local)).toThrow(expect.objectContaining({ code: 'host_refused' }))
  },
)
it('serves the public name, names that were added, and its own port on loopback', () => {
  for (const host of ['bp.example', 'internal.example:8080', 'localhost:4000'])
    expect(() => checkHost(host, remote)).not.toThrow()
})
it('lets pages of its own origins change things, and no others', () => {
  expect(() => checkOrigin('http://localhost:4000', local)).not.toThrow()
  expect(() => checkOrigin('https://bp.example', remote)).not.toThrow()
  for (const origin of ['http://bp.example', 'http://localhost:4000', 'null', undefined])
    expect(() => checkOrigin(origin, remote)).toThrow(
      expect.objectContaining({ code: 'origin_refused' }),
    )
})

it('takes the pages of a further host for its own, and of no other', () => {
  const places = placesOf({
    publicUrl: 'http://127.0.0.1:4000',
    port: 4000,
    hosts: ['127.0.0.1:5173'],
  })
  expect(() => checkOrigin('http://127.0.0.1:5173', places)).not.toThrow()
  expect(() => checkOrigin('http://127.0.0.1:5174', places)).toThrow('may not do this')
})
