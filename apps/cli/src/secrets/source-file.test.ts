import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exampleFile, readWanted } from './source-file.ts'
import { sourceKeys } from './targets.ts'

const good = 'hT9wq2LmVz8RkX4cNb7yPd3sQe5uJa1f'
const pem = (kind: 'good' | 'wrong') => {
  const { privateKey } =
    kind === 'good'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
const apple = (key: string) =>
  [
    'BP_OAUTH_APPLE_CLIENT_ID=com.example.bp',
    'BP_OAUTH_APPLE_TEAM_ID=AB12CD34EF',
    'BP_OAUTH_APPLE_KEY_ID=GH56IJ78KL',
    `BP_OAUTH_APPLE_PRIVATE_KEY="${key}"`,
  ].join('\n')

describe('the source file', () => {
  it('gives what it names, and nothing for empty lines', () => {
    const text = `# words\nBP_APP_KEY=${good}\nBP_FLEET_SECRET_STAGING=\n`
    const { texts, oauth, faults } = readWanted(text)
    expect([...texts]).toEqual([['app-key', good]])
    expect({ oauth, faults }).toEqual({ oauth: {}, faults: [] })
  })

  it.each([
    ['in one line', pem('good').replaceAll('\n', '\\n')],
    ['in several', pem('good')],
  ])('takes an Apple key %s', (_name, key) => {
    const { oauth, faults } = readWanted(apple(key))
    expect(faults).toEqual([])
    expect(oauth['apple']?.['private_key']).toContain('PRIVATE KEY-----\n')
  })

  it.each([
    ['a placeholder', 'BP_APP_KEY=changeme', 'BP_APP_KEY', 'placeholder'],
    [
      'a short fleet secret',
      'BP_FLEET_SECRET_PRODUCTION=hT9wq2LmVz8',
      'BP_FLEET_SECRET_PRODUCTION',
      '24',
    ],
    ['an application key of 30', `BP_APP_KEY=${good.slice(0, 30)}`, 'BP_APP_KEY', '32'],
    ['a guessable one', `BP_APP_KEY=${'ab'.repeat(20)}`, 'BP_APP_KEY', 'guessed'],
    [
      'a line that nobody knows',
      'BP_FLEET_SECRET_STAGNG=x',
      'BP_FLEET_SECRET_STAGNG',
      'Did you mean',
    ],
    [
      'a managed secret',
      `BP_REDIS_AUTH_TOKEN=${good}`,
      'BP_REDIS_AUTH_TOKEN',
      'knows no such line',
    ],
    [
      'half a provider',
      'BP_OAUTH_GOOGLE_CLIENT_ID=abc.apps',
      'BP_OAUTH_GOOGLE_CLIENT_SECRET',
      'as well',
    ],
    ['an Apple key that is none', apple('hT9wq2LmVz8RkX4c'), 'BP_OAUTH_APPLE_PRIVATE_KEY', '.p8'],
    ['an Apple key of another curve', apple(pem('wrong')), 'BP_OAUTH_APPLE_PRIVATE_KEY', '.p8'],
    [
      'an Apple team that is none',
      apple(pem('good')).replace('AB12', '<AB'),
      'BP_OAUTH_APPLE_TEAM_ID',
      'ten',
    ],
  ])('refuses %s', (_name, text, pointer, word) => {
    const { faults } = readWanted(text)
    expect(faults).toEqual([expect.objectContaining({ pointer })])
    expect(faults[0]?.message).toContain(word)
    expect(JSON.stringify(faults)).not.toContain('hT9wq2LmVz8')
  })

  it('names all faults at once', () => {
    const { faults } = readWanted('BP_APP_KEY=todo\nBP_FLEET_SECRET_STAGING=secret\nX=1')
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual([
      'BP_APP_KEY',
      'BP_FLEET_SECRET_STAGING',
      'X',
    ])
  })

  it('has an example with every line, all empty', async () => {
    const example = await readFile(join(import.meta.dirname, '../../../..', exampleFile), 'utf8')
    const lines = example.split('\n').filter(line => line !== '' && !line.startsWith('#'))
    expect(lines.toSorted()).toEqual(sourceKeys.map(key => `${key}=`).toSorted())
  })
})
