import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { secretFault } from './secret-fault.ts'

describe('a text is refused as a secret', () => {
  test.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['changeme', 'placeholder'],
    ['CHANGE-ME-CHANGE-ME-CHANGE-ME', 'placeholder'],
    ['please-change-me-to-something-long-9f3a', 'placeholder'],
    ['placeholder', 'placeholder'],
    ['todo', 'placeholder'],
    ['todo: ask the operator for this value', 'placeholder'],
    ['an-example-secret-from-the-manual', 'placeholder'],
    ['<fleet secret of this stage goes here>', 'placeholder'],
    ['${FLEET_SECRET_FROM_THE_VAULT}', 'placeholder'],
    ['your-fleet-secret-goes-right-here', 'placeholder'],
    ['secret', 'placeholder'],
    ['secret-secret-my-secret-key-value', 'placeholder'],
    ['password1234567890123456', 'placeholder'],
    ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'placeholder'],
    ['k3Jd9-Qw2Lx', 'fewer than 24'],
    ['0000000000000000000000000000', 'can be guessed'],
    ['1234123412341234123412341234123', 'can be guessed'],
    ['q8Zr2LmKq8Zr2LmKq8Zr2LmKq8Zr2LmK', 'can be guessed'],
    ['abcdefghijklmnopqrstuvwxyz', 'can be guessed'],
    ['98765432109876543210abcdefgh', 'can be guessed'],
    ['aabbaabbabababbbaabbabaabbab', 'can be guessed'],
    [' hT9wq2LmVz8RkX4cNb7yPd3s ', 'blanks'],
    ['hT9wq2LmVz8RkX4c\nNb7yPd3sQe5u', 'more than one line'],
  ])('%j', (text, why) => {
    const fault = secretFault(text)
    expect(fault).toContain(why)
    expect(fault).toContain('openssl rand')
  })
})

test('the sentence holds nothing of the text', () => {
  const text = 'canaryQ8zr-changeme-LmKq8Z'
  expect(secretFault(text)).not.toMatch(/canary|LmKq8Z/)
})

/** Bytes that look random and are the same in every run. */
const bytes = (n: number, seed: number) =>
  createHash('sha256').update(String(seed)).digest().subarray(0, n)

test.each([
  ['base64 of 32 bytes', (n: number) => bytes(32, n).toString('base64')],
  ['base64url of 18 bytes', (n: number) => bytes(18, n).toString('base64url')],
  ['24 hex digits', (n: number) => bytes(12, n).toString('hex')],
  ['64 hex digits', (n: number) => bytes(32, n).toString('hex')],
])('a random text is none: %s', (_kind, make) => {
  for (let n = 0; n < 5_000; n += 1) {
    const text = make(n)
    expect(secretFault(text), text).toBeUndefined()
  }
})
