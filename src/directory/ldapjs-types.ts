import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/**
 * What we use of ldapjs 3.0.7. Its published types describe an older version and are full of `any`, so the parts that we
 * touch are written down here, as its source has them.
 */
export type Opaque = { readonly [brand: symbol]: never }

export type Failure = Error & { readonly code?: unknown; readonly lde_message?: string }
export type Done<Result> = (error: Failure | null, result?: Result) => void

export type RawAttribute = {
  readonly type: string
  readonly values: readonly string[]
  readonly buffers: readonly Buffer[]
}
export type RawEntry = { readonly objectName: { toString(): string }; readonly attributes: readonly RawAttribute[] }

export type RawParser = EventEmitter & { write: (data: Buffer) => boolean }

export type RawClient = EventEmitter & {
  _socket: (EventEmitter & { destroy(): void }) | null
  readonly _tracker: { readonly parser: RawParser }
  readonly connected: boolean
  bind(dn: string, password: string, done: Done<unknown>): void
  search(base: string, options: object, done: Done<EventEmitter>): void
  add(dn: string, attributes: Opaque[], controls: Opaque[], done: Done<unknown>): void
  modify(dn: string, changes: Opaque[], controls: Opaque[], done: Done<unknown>): void
  del(dn: string, controls: Opaque[], done: Done<unknown>): void
  modifyDN(dn: string, to: string, controls: Opaque[], done: Done<unknown>): void
  exop(name: string, value: string | undefined, controls: Opaque[], done: Done<string>): void
  unbind(done: (error?: unknown) => void): void
  destroy(): void
}

/** A message as the server's half of ldapjs hands it to a handler. Which fields are there depends on the operation. */
export type RawRequest = {
  readonly connection: Socket
  /** The name that the request is about; for an add, its entry. */
  readonly dn: { toString(): string }
  readonly entry?: { toString(): string }
  readonly object?: { toString(): string }
  readonly name?: { toString(): string }
  readonly credentials?: string
  readonly attributes?: readonly (string | RawAttribute)[]
  readonly attribute?: string
  readonly value?: string
  readonly changes?: readonly { readonly operation: LdapjsOperation; readonly modification: RawAttribute }[]
  readonly scope?: number
  readonly scopeName?: string
  readonly sizeLimit?: number
  readonly typesOnly?: boolean
  readonly filter?: RawFilter
  readonly controls: readonly { readonly type: string; readonly criticality: boolean; readonly value?: unknown }[]
}

export type LdapjsOperation = 'add' | 'delete' | 'replace'

export type RawFilter = {
  readonly type: string
  readonly attribute?: string
  readonly value?: string
  readonly subInitial?: string
  readonly initial?: string
  readonly any?: readonly string[]
  readonly subAny?: readonly string[]
  readonly final?: string
  readonly subFinal?: string
  readonly filters?: readonly RawFilter[]
  readonly filter?: RawFilter
}

export type RawResponse = {
  status: number
  diagnosticMessage: string
  controls: readonly unknown[]
  readonly messageId: number
  addControl(control: Opaque): void
  send(entry: Opaque, unfiltered?: boolean): void
  end(status?: number | boolean): void
}

export type RawHandler = (request: RawRequest, response: RawResponse) => void

export type RawServer = EventEmitter & {
  readonly port: number
  readonly server: EventEmitter & { closeAllConnections?(): void }
  bind(mount: string, handler: RawHandler): void
  add(mount: string, handler: RawHandler): void
  del(mount: string, handler: RawHandler): void
  modify(mount: string, handler: RawHandler): void
  modifyDN(mount: string, handler: RawHandler): void
  compare(mount: string, handler: RawHandler): void
  search(mount: string, handler: RawHandler): void
  exop(oid: string, handler: RawHandler): void
  unbind(handler: RawHandler): void
  listen(port: number, host: string, listening: () => void): void
  close(closed?: () => void): void
}

export type Ldapjs = {
  createClient(options: object): RawClient
  createServer(options?: object): RawServer
  Parser: { prototype: RawParser }
  Attribute: new (options: { type: string; values: readonly string[] }) => Opaque
  Change: new (options: { operation: LdapjsOperation; modification: Opaque }) => Opaque
  Control: new (options: { type: string; criticality: boolean; value: string }) => Opaque
  PagedResultsControl: new (options: { value: { size: number; cookie: Buffer } }) => Opaque
  EqualityFilter: new (options: { attribute: string; value: string }) => Opaque
  PresenceFilter: new (options: { attribute: string }) => Opaque
  OrFilter: new (options: { filters: Opaque[] }) => Opaque
  AndFilter: new (options: { filters: Opaque[] }) => Opaque
  SearchEntry: new (options: { messageId: number; objectName: string; attributes: object[] }) => Opaque
}

/** The part of `ldapjs/lib/errors` that the guard replaces. */
export type LdapjsErrors = { getError: (result: { status: number; diagnosticMessage?: string }) => Error }
