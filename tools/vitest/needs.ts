import { beforeEach } from 'vitest'

// The config has probed the neighbour (a setup file cannot in every environment) and says here what is missing.
const reason = process.env['BP_SKIP']

beforeEach(context => {
  if (reason) context.skip(reason)
})
