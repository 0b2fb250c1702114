/** One instruction of a Dockerfile, its continued lines joined: `COPY --chown=1:1 a/ /a/`. */
export interface Instruction {
  readonly name: string
  /** Behind the name; options of the form `--name=value` taken out. */
  readonly text: string
  readonly options: Readonly<Record<string, string>>
}

/** Reads a Dockerfile's instructions. Comments and empty lines go; here-documents, which bp's have not, are not read. */
export function readDockerfile(source: string): readonly Instruction[] {
  const lines = source
    .split('\n')
    .filter(line => !/^\s*#/.test(line) && line.trim() !== '')
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  return lines.map(line => {
    const [, name = '', all = ''] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? []
    const options: Record<string, string> = {}
    const text = all.replace(/^(?:--[\w-]+=\S+\s+)+/, given => {
      for (const [, option = '', value = ''] of given.matchAll(/--([\w-]+)=(\S+)/g))
        options[option] = value
      return ''
    })
    return { name: name.toUpperCase(), text: text.trim(), options }
  })
}

/** The values of ENV lines, as the process finds them; `${NAME}` of an ARG is its default. */
export function environmentOf(
  instructions: readonly Instruction[],
): Readonly<Record<string, string>> {
  const known: Record<string, string> = {}
  const environment: Record<string, string> = {}
  for (const { name, text } of instructions) {
    if (name !== 'ARG' && name !== 'ENV') continue
    for (const [, key = '', quoted, plain = ''] of text.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)) {
      const value = (quoted ?? plain).replaceAll(
        /\$\{(\w+)\}/g,
        (_, arg: string) => known[arg] ?? '',
      )
      known[key] = value
      if (name === 'ENV') environment[key] = value
    }
  }
  return environment
}

/** What an instruction's exec form starts: `["node", "x"]`. Throws for the shell form, which needs a shell. */
export function execForm(text: string): readonly string[] {
  const words: unknown = JSON.parse(text)
  if (Array.isArray(words) && words.every(word => typeof word === 'string')) return words
  throw new Error(`${text} is no list of words`)
}

/**
 * Holds the COPY lines against the context's files (paths without a leading slash): each file goes to the very place
 * that it has in the context, once. Answers the faults.
 */
export function copyFaults(
  instructions: readonly Instruction[],
  files: readonly string[],
): readonly string[] {
  const faults: string[] = []
  const copied = new Map<string, number>(files.map(file => [file, 0]))
  for (const { name, text } of instructions) {
    if (name !== 'COPY') continue
    const words = text.split(/\s+/)
    const to = words.at(-1) ?? ''
    for (const from of words.slice(0, -1)) {
      const taken = files.filter(file =>
        from.endsWith('/') ? file.startsWith(from) : file === from,
      )
      if (taken.length === 0) faults.push(`${from} is not in the context`)
      // Of a folder its content is copied, of a file the file.
      const place = from.endsWith('/') ? from : from.slice(0, from.lastIndexOf('/') + 1)
      if (to !== `/${place}`) faults.push(`${from} goes to ${to}, not to /${place}`)
      for (const file of taken) copied.set(file, (copied.get(file) ?? 0) + 1)
    }
  }
  for (const [file, times] of copied)
    if (times !== 1) faults.push(`${file} is copied ${times} times`)
  return faults
}
