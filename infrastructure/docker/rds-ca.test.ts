import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { regionZones } from '../lib/config/regions.ts'

const pem = readFileSync(join(import.meta.dirname, 'rds-ca.pem'), 'utf8')
const certificates = pem
  .split(/(?=-----BEGIN CERTIFICATE-----)/)
  .filter(text => text.startsWith('-----BEGIN'))
  .map(text => new X509Certificate(text))

it('the image trusts the root of RDS in each region that bp can be put into, and nobody else', () => {
  const names = certificates.map(({ subject }) => /^CN=(.*)$/m.exec(subject)?.[1] ?? '')
  expect(names.toSorted()).toEqual(
    Object.keys(regionZones)
      .map(region => `Amazon RDS ${region} Root CA RSA2048 G1`)
      .toSorted(),
  )
})

it('each of them is a root that signed itself, and lasts', () => {
  for (const certificate of certificates) {
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.validToDate.getUTCFullYear()).toBeGreaterThan(2060)
  }
})
