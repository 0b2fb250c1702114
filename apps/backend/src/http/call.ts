/** What a handler gets and gives, derived from the row of the route table. */
import type { IncomingHttpHeaders } from 'node:http'
import type { paths, RouteId } from '@bp/contracts/paths'
import type {
  RouteAnswer,
  RouteBody,
  RouteParams,
  RouteQuery,
  Routes,
  RouteStream,
} from '@bp/contracts/routes'
import type { Context } from '../context.ts'
import type { Caller, FallbackCaller, FleetCaller, UserCaller, WorkerCaller } from './caller.ts'

interface CallerBy {
  open: Caller
  user: UserCaller
  admin: UserCaller
  worker: WorkerCaller
  fleet_secret: FleetCaller
  fleet_signature: FallbackCaller
  control_secret: Caller
}

export interface Call<K extends RouteId> {
  readonly params: RouteParams<K>
  readonly query: RouteQuery<K>
  readonly body: RouteBody<K>
  readonly caller: CallerBy[Routes[K]['auth']]
  readonly headers: IncomingHttpHeaders
  readonly ip: string
  readonly requestId: string
  /** Aborted when the caller hangs up or the process ends. */
  readonly signal: AbortSignal
}

export interface Reply<K extends RouteId> {
  /** Needed only where a route answers with more than one status. */
  readonly status?: keyof Routes[K]['ok'] & number
  readonly body: RouteAnswer<K>
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Called when the answer could not be written because the caller had gone. For answers that hand something over
   * (leases), so that it can be taken back.
   */
  readonly undelivered?: () => Promise<void>
}

export type StreamId = {
  [K in RouteId]: (typeof paths)[K] extends { readonly stream: true } ? K : never
}[RouteId]
export type PlainId = Exclude<RouteId, StreamId>

export type Handler<K extends PlainId> = (call: Call<K>, context: Context) => Promise<Reply<K>>

/** Where a stream's messages go. */
export interface Sink<K extends StreamId> {
  /** Aborted when the stream has ended, for whatever reason. */
  readonly signal: AbortSignal
  /** Sends a message. `droppable` ones are left out when the reader is slow; a reader too slow for the rest is cut. */
  send<E extends keyof RouteStream<K> & string>(
    event: E,
    data: RouteStream<K>[E],
    options?: { readonly id?: number; readonly droppable?: boolean },
  ): void
  /** Says why, and ends the stream. */
  end(reason: string): void
}
/** Runs until the stream ends; throws a problem only before its first message. */
export type StreamHandler<K extends StreamId> = (
  call: Call<K>,
  context: Context,
) => Promise<(sink: Sink<K>) => Promise<void>>

/** A missing handler does not compile. */
export type Handlers = { readonly [K in PlainId]: Handler<K> } & {
  readonly [K in StreamId]: StreamHandler<K>
}
