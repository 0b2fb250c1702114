/** Reads single settings. What is wrong with one is noted and a usable value answered, so that all faults are told at once. */
import type { Env, SettingName } from './settings.ts'

export interface EnvReader {
  readonly faults: string[]
  /** Undefined when it is absent or empty. */
  text(name: SettingName): string | undefined
  number(name: SettingName, fallback: number, min: number, max: number): number
  flag(name: SettingName, fallback: boolean): boolean
  oneOf<Word extends string>(
    name: SettingName,
    allowed: readonly [Word, ...(readonly Word[])],
    fallback: Word,
  ): Word
  /** Scheme, host and port of an http address, and nothing else. */
  origin(name: SettingName): string | undefined
  /** A text of this form; `wanted` ends the sentence about another one, which repeats the text. */
  like(name: SettingName, form: RegExp, wanted: string): string | undefined
}

export function createEnvReader(env: Env): EnvReader {
  const faults: string[] = []
  const text: EnvReader['text'] = name => {
    const value = env[name]
    return value === undefined || value === '' ? undefined : value
  }
  return {
    faults,
    text,
    number: (name, fallback, min, max) => {
      const given = text(name)
      if (given === undefined) return fallback
      const value = Number(given)
      if (Number.isFinite(value) && value >= min && value <= max) return value
      faults.push(`${name} is "${given}"; a number from ${min} to ${max} is allowed.`)
      return fallback
    },
    flag: (name, fallback) => {
      const given = text(name)
      if (given !== undefined && given !== '0' && given !== '1')
        faults.push(`${name} is "${given}"; 0 or 1 is allowed.`)
      return given === undefined ? fallback : given === '1'
    },
    oneOf: (name, allowed, fallback) => {
      const given = text(name)
      if (given === undefined) return fallback
      const word = allowed.find(one => one === given)
      if (word === undefined) faults.push(`${name} is "${given}"; allowed: ${allowed.join(', ')}.`)
      return word ?? fallback
    },
    origin: name => {
      const given = text(name)
      if (given === undefined) return undefined
      const url = URL.parse(given)
      const isOrigin =
        url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === ''
      if (isOrigin) return url.origin
      faults.push(`${name} is "${given}"; an origin such as http://127.0.0.1:4000 is wanted.`)
      return undefined
    },
    like: (name, form, wanted) => {
      const given = text(name)
      if (given === undefined || form.test(given)) return given
      faults.push(`${name} is "${given}"; ${wanted} is wanted.`)
      return undefined
    },
  }
}

/** Host names and IPv4 addresses, without a port. */
export const hostForm = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i
