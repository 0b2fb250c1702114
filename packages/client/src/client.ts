/**
 * The client: `client.<noun>.<verb>({ params, query, body })` for every row of the route table.
 * Built from `paths` at run time, typed by `routes` at compile time; the browser loads no schema.
 */
import { paths, type RouteId } from '@bp/contracts/paths'
import type {
  RouteAnswer,
  RouteBodyIn,
  RouteQueryIn,
  Routes,
  RouteStream,
} from '@bp/contracts/routes'
import { call, type Caller, type CallArguments } from './call.ts'
import type { ApiProblem } from './problems.ts'
import { openStream, type StreamMessage } from './stream.ts'

export { ApiProblem, NetworkProblem } from './problems.ts'

export interface ClientOptions {
  /** Origin of the API; leave out in a page of bp itself. */
  readonly baseUrl?: string
  readonly fetch?: typeof globalThis.fetch
  /** Headers of every call, e.g. a bearer token; asked anew each time. */
  readonly headers?: () => Readonly<Record<string, string>>
  /** Called for each 401, beside the throw: a page then shows how to sign in. */
  readonly onUnauthorized?: (problem: ApiProblem) => void
}

/** What every call takes beside its own params, query and body. */
type CallOptions = Omit<CallArguments, 'params' | 'query' | 'body'>

type ParamsOf<Id extends RouteId> = Routes[Id] extends { params: { shape: infer Shape } }
  ? { readonly params: { readonly [Name in keyof Shape]: Name extends 'n' ? number : string } }
  : { readonly params?: undefined }
type QueryOf<Id extends RouteId> = Routes[Id] extends { query: unknown }
  ? { readonly query?: Partial<RouteQueryIn<Id>> }
  : { readonly query?: undefined }
type BodyOf<Id extends RouteId> = Routes[Id] extends { body: unknown }
  ? RouteBodyIn<Id> extends Record<string, never>
    ? { readonly body?: RouteBodyIn<Id> }
    : { readonly body: RouteBodyIn<Id> }
  : { readonly body?: undefined }
type Arguments<Id extends RouteId> = ParamsOf<Id> & QueryOf<Id> & BodyOf<Id> & CallOptions

type StreamId = {
  [Id in RouteId]: (typeof paths)[Id] extends { stream: true } ? Id : never
}[RouteId]
type Streamed<Messages> = {
  [Event in keyof Messages & string]: StreamMessage<Event, Messages[Event]>
}[keyof Messages & string]

/** A call without anything required may be made without arguments. */
type Method<Id extends RouteId> = Id extends StreamId
  ? (given: Arguments<Id>) => AsyncIterable<Streamed<RouteStream<Id>>>
  : Partial<Arguments<Id>> extends Arguments<Id>
    ? (given?: Arguments<Id>) => Promise<RouteAnswer<Id>>
    : (given: Arguments<Id>) => Promise<RouteAnswer<Id>>

type NounOf<Id> = Id extends `${infer Noun}.${string}` ? Noun : never
type VerbOf<Id, Noun extends string> = Id extends `${Noun}.${infer Verb}` ? Verb : never
export type Client = {
  readonly [Noun in NounOf<RouteId>]: {
    readonly [Verb in VerbOf<RouteId, Noun>]: Method<`${Noun}.${Verb}` & RouteId>
  }
}

/**
 * Makes a client. Its methods throw `ApiProblem` when the server refuses, `NetworkProblem` when no answer came,
 * and the signal's reason when the caller gave up. GET and idempotent calls are repeated, at most four tries;
 * a call ends after 30 s unless `timeoutMs` says otherwise (long polls say more).
 */
export function createClient(options: ClientOptions = {}): Client {
  const caller: Caller = {
    baseUrl: options.baseUrl ?? '',
    // Taken apart, the browser's fetch loses its `this` and refuses to work.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    headers: options.headers ?? (() => ({})),
    onUnauthorized: options.onUnauthorized ?? (() => undefined),
  }
  const nouns: Record<string, Record<string, unknown>> = {}
  for (const id of Object.keys(paths).filter(isRouteId)) {
    const [noun = '', verb = ''] = id.split('.')
    const verbs = (nouns[noun] ??= {})
    verbs[verb] =
      'stream' in paths[id]
        ? (given: CallArguments = {}) => openStream(caller, id, given)
        : (given: CallArguments = {}) => call(caller, id, given)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the loop above walks the same table as the type
  return nouns as unknown as Client
}

const isRouteId = (text: string): text is RouteId => Object.hasOwn(paths, text)
