import { defineConfig } from 'vitest/config'
import { projects } from './tools/vitest/projects.ts'

export default defineConfig({
  test: { reporters: ['default', './tools/vitest/closing-line.ts'], projects },
})
