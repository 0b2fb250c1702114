/** A unit of systemd, as it is written: keys may come more than once, and an empty value takes back the ones before. */
export interface Unit {
  /** Pairs of a section in their order. */
  readonly section: (name: string) => readonly (readonly [key: string, value: string])[]
  /** The value of a key that is given once. Throws when it is given never or more often. */
  readonly one: (section: string, key: string) => string
  readonly has: (section: string, key: string) => boolean
}

/** Reads a unit. Throws at a line that is neither section, pair, comment nor empty. */
export function readUnit(text: string): Unit {
  const sections = new Map<string, (readonly [string, string])[]>()
  let current: (readonly [string, string])[] | undefined
  for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const name = /^\[(\w+)\]$/.exec(line)?.[1]
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined) {
      if (sections.has(name)) throw new Error(`[${name}] is there twice`)
      current = []
      sections.set(name, current)
    } else if (key !== undefined && value !== undefined && current !== undefined)
      current.push([key, value])
    else throw new Error(`"${line}" is no line of a unit`)
  }
  const section = (name: string) => sections.get(name) ?? []
  return {
    section,
    one(name, key) {
      const [found, ...more] = section(name).filter(pair => pair[0] === key)
      if (found === undefined || more.length > 0)
        throw new Error(`${key} is given ${more.length === 0 ? 'never' : 'more than once'}`)
      return found[1]
    },
    has: (name, key) => section(name).some(pair => pair[0] === key),
  }
}

/** What a service must say so that a program gone wrong can do nothing to its machine. */
export const shutIn: Readonly<Record<string, string>> = {
  AmbientCapabilities: '',
  CapabilityBoundingSet: '',
  LimitCORE: '0',
  LockPersonality: 'yes',
  NoNewPrivileges: 'yes',
  PrivateTmp: 'yes',
  ProtectControlGroups: 'yes',
  ProtectHome: 'yes',
  ProtectHostname: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelTunables: 'yes',
  ProtectProc: 'invisible',
  ProtectSystem: 'strict',
  RestrictNamespaces: 'yes',
  RestrictRealtime: 'yes',
  RestrictSUIDSGID: 'yes',
  SystemCallArchitectures: 'native',
}
