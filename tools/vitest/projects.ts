import type { TestProjectInlineConfiguration } from 'vitest/config'
import { absence, type Neighbour } from '../neighbours.ts'

type Test = Omit<NonNullable<TestProjectInlineConfiguration['test']>, 'name'>

const never = ['**/node_modules/**', '**/dist/**']
/** Files named after the neighbour that they need belong to its project, and to no room. */
const needy = ['**/*.{emulator,redis,shellcheck,actionlint}.test.ts']
const limits = { testTimeout: 20_000, hookTimeout: 30_000 }

/**
 * The tests beside the code of one room. Not isolated, which makes small files ten times faster: rooms keep no
 * state at module level, and a test that needs a fresh process starts one.
 */
const room = (name: string, folder: string, exclude: readonly string[] = []) => ({
  test: {
    name,
    include: [`${folder}/**/*.test.{ts,tsx}`],
    exclude: [...never, ...needy, ...exclude],
    isolate: false,
    ...limits,
  },
})

/** Suites that start processes: one file at a time, each project in its own group, so that nothing spoils their timing. */
const alone = (name: string, order: number, test: Test) => ({
  test: {
    exclude: never,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { groupOrder: order },
    ...test,
    name,
  },
})

/** Like `alone`, with every test skipped by name when the neighbour is not on this machine. */
const needing = (neighbour: Neighbour, name: string, order: number, test: Test) =>
  alone(name, order, {
    setupFiles: ['./tools/vitest/needs.ts'],
    ...test,
    env: { ...test.env, BP_SKIP: absence(neighbour) ?? '' },
  })

/**
 * Every suite of the house. Groups run one after the other, the rooms of group 0 side by side; each test file
 * belongs to exactly the projects that test/repo.test.ts expects.
 */
export const projects = [
  room('contracts', 'packages/contracts'),
  room('domain', 'packages/domain'),
  // The same files run on both databases; a dialect's own corner is named *.sqlite.test.ts or *.mariadb.test.ts.
  room('store', 'packages/store', ['**/*.mariadb.test.ts']),
  room('client', 'packages/client'),
  room('testkit', 'packages/testkit'),
  room('backend', 'apps/backend'),
  room('worker', 'apps/worker'),
  room('demo-engine', 'apps/demo-engine', ['**/*.conformance.test.ts']),
  room('cli', 'apps/cli'),
  room('frontend', 'apps/frontend'),
  room('infrastructure', 'infrastructure'),

  alone('repo', 1, {
    include: ['test/*.test.ts', '{tools,effects,bench}/**/*.test.ts'],
    isolate: false,
  }),
  needing('mariadb', 'store-mariadb', 2, {
    include: ['packages/store/**/*.test.ts'],
    exclude: [...never, '**/*.sqlite.test.ts'],
    env: { BP_TEST_DIALECT: 'mariadb' },
    isolate: false,
  }),
  // What an engine must do, against the demo engine or, with COMFYUI_URL, against a real ComfyUI.
  alone('engine', 3, { include: ['apps/demo-engine/**/*.conformance.test.ts'] }),
  needing('redis', 'redis', 4, { include: ['apps/**/*.redis.test.ts'] }),
  needing('shellcheck', 'shellcheck', 4, { include: ['infrastructure/**/*.shellcheck.test.ts'] }),
  needing('actionlint', 'actionlint', 4, { include: ['infrastructure/**/*.actionlint.test.ts'] }),
  needing('emulator', 'emulator', 5, {
    include: ['{apps,infrastructure}/**/*.emulator.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  }),
  alone('system', 6, { include: ['test/system/**/*.test.ts'], testTimeout: 120_000 }),
  needing('chromium', 'e2e', 7, {
    include: ['apps/frontend/test/e2e/**/*.e2e.ts'],
    testTimeout: 120_000,
  }),
]
