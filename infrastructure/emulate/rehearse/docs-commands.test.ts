import { describe, expect, it } from 'vitest'
import { commandsOf, docsBlocks } from './docs-commands.ts'

describe('commands of a page', () => {
  it('are those below the heading, and no other', async () => {
    const [block = '', second] = await docsBlocks('DAY1_OPERATOR.md', 'Useful commands')
    expect(second).toBeUndefined()
    expect(block).toContain('aws ecs describe-services')
    expect(block).not.toContain('put-parameter')
  })

  it('are refused for a heading that is not there', async () => {
    await expect(docsBlocks('DAY1_OPERATOR.md', 'Nowhere')).rejects.toThrow('no heading "Nowhere"')
  })

  it('are one a line, whatever was broken for the eye', () => {
    expect(commandsOf('# what it does\na \\\n  --b c\n\nd\n')).toEqual(['a --b c', 'd'])
  })
})
