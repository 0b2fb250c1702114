import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

/** What the closing line reads of a test module; narrow, so that its own test can make runs up. */
export interface ModuleFacts {
  readonly moduleId: string
  readonly project: { readonly name: string }
  readonly children: {
    allTests(): Iterable<{
      result(): { readonly state: string; readonly note?: string | undefined }
    }>
    allSuites(): Iterable<{ errors(): readonly unknown[] }>
  }
  errors(): readonly unknown[]
  diagnostic(): { readonly duration: number }
}

const slowestShown = 10

/**
 * The end of a run as lines: the slowest files, what was skipped and why, and last the one plain line.
 * Errors of modules, of suites and of nobody count as failed, and so does a run that collected nothing:
 * a suite must not be green because it did not run.
 */
export function closingLines(
  modules: readonly ModuleFacts[],
  unhandled: readonly unknown[],
  root: string,
): readonly string[] {
  let passed = 0
  let failed = unhandled.length
  let skipped = 0
  const skippedBy = new Map<string, number>()

  for (const module of modules) {
    failed += module.errors().length
    for (const suite of module.children.allSuites()) failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const result = test.result()
      if (result.state === 'passed') passed += 1
      else if (result.state === 'skipped') {
        skipped += 1
        const note = result.note ?? 'no reason given'
        skippedBy.set(note, (skippedBy.get(note) ?? 0) + 1)
      } else failed += 1 // failed, or still pending when the run broke off
    }
  }

  const lines = slowest(modules, root)
  for (const [note, count] of skippedBy) lines.push(`SKIPPED ${count}: ${note}`)
  if (passed + failed + skipped === 0) {
    lines.push('FAILED: no test was collected')
    failed = 1
  }
  lines.push(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return lines
}

function slowest(modules: readonly ModuleFacts[], root: string): string[] {
  if (modules.length < 2) return []
  const rows = modules
    .map(module => ({ module, durationMs: module.diagnostic().duration }))
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, slowestShown)
    .map(({ module, durationMs }) => {
      const seconds = (durationMs / 1000).toFixed(1).padStart(6)
      return `${seconds} s  ${module.project.name}: ${relative(root, module.moduleId)}`
    })
  return ['slowest files:', ...rows, '']
}

/**
 * The last reporter: after it nothing is printed when the run is green.
 * @public Vitest loads it by its path.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    process.stdout.write(`${closingLines(modules, unhandled, process.cwd()).join('\n')}\n`)
  }
}
