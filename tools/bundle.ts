/** One program as one file that needs nothing but Node: `node tools/bundle.ts <entry> <file>`. */
import { chmod } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** Loaded from `node_modules` at run time: sharp's native library lies beside its own files. */
const external = 'sharp'
/** Asked for by the Redis client in a command that bp never sends; it is not installed anywhere. */
const neverAsked = '@node-rs/xxhash'

/**
 * Writes `file` and `<file>.map`. The same source gives the same bytes wherever both lie: paths in the map are those
 * of the repository. Throws when something would be loaded at run time that does not travel with the file.
 */
export async function bundle(entry: string, file: string): Promise<void> {
  const build = await rolldown({
    input: resolve(root, entry),
    cwd: root,
    platform: 'node',
    external: [/^node:/, external, neverAsked],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`${entry}: ${log.message}`)
    },
  })
  try {
    const { output } = await build.write({
      file,
      format: 'esm',
      codeSplitting: false,
      sourcemap: true,
      sourcemapPathTransform: (source, map) => relative(root, resolve(dirname(map), source)),
    })
    const [chunk] = output
    const loaded = [...chunk.imports, ...chunk.dynamicImports]
    const missing = loaded.filter(
      name =>
        name !== external && name !== neverAsked && name !== chunk.fileName && !isBuiltin(name),
    )
    if (missing.length > 0)
      throw new Error(`${entry} loads at run time what is in no bundle: ${missing.join(', ')}`)
  } finally {
    await build.close()
  }
  await chmod(file, 0o755)
}

if (import.meta.main) {
  const [entry, file] = process.argv.slice(2)
  if (entry === undefined || file === undefined) {
    console.error('Usage: node tools/bundle.ts <entry> <file>')
    process.exitCode = 2
  } else await bundle(entry, resolve(file))
}
