import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { isIP, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import ldapjsModule from 'ldapjs'
import { TargetFault, type Fault, type FaultKind } from '../kernel/fault.ts'
import { guardLdapjs, resultCode, takeEntries } from './ldapjs-guard.ts'
import type { Done, Failure, Ldapjs, LdapjsErrors, Opaque, RawClient, RawEntry, RawServer } from './ldapjs-types.ts'
import { OIDS, type LdapAttributes, type LdapEntry, type LdapFilter } from './operations.ts'
import type { LdapChange, LdapSettings, LdapWrite, SearchOptions } from './operations.ts'
import { pagedSearch, pageStream } from './page-stream.ts'
import { CODES, faultOf } from './result-codes.ts'

/*
 * The one file that imports ldapjs 3.0.7, which is no longer maintained. Each of its traps is guarded here and nowhere
 * else; the tests in test/directory/faults.spec.ts hold the guards.
 */
const ldapjs = ldapjsModule as unknown as Ldapjs
guardLdapjs(ldapjs, createRequire(import.meta.url)('ldapjs/lib/errors/index.js') as LdapjsErrors)

/** How long, in milliseconds, a transaction is left alone before its commit. */
const BEFORE_COMMIT_MS = 10

/** A fault of the directory; `code` is the server's result code when it answered one. */
export class LdapFault extends TargetFault {
  readonly code: number | null
  constructor(fault: Fault, code: number | null = null, options?: ErrorOptions) {
    super(fault, options)
    this.name = 'LdapFault'
    this.code = code
  }
}

/** One connection, bound as the service account. Every verb throws LdapFault, within the deadline of the settings. */
export type LdapConnection = {
  /** False once it is broken or closed; it never recovers. */
  isOpen(): boolean
  /** Binds as somebody else, on this very connection. An empty password, which would bind anonymously, is refused. */
  bind(dn: string, password: string): Promise<void>
  /** All that matches, or a fault: a list cut by a size limit is never returned. */
  search(base: string, options: SearchOptions): Promise<LdapEntry[]>
  /**
   * All that matches, a page at a time and never more than two of them in memory; a list that is cut ends in a fault. The
   * connection is good for nothing else any more. Where the server has no pages, the answer comes in pieces of their size.
   */
  pages(base: string, options: SearchOptions & { readonly pageSize: number }): AsyncGenerator<LdapEntry[]>
  add(dn: string, attributes: LdapAttributes): Promise<void>
  modify(dn: string, changes: readonly LdapChange[]): Promise<void>
  del(dn: string): Promise<void>
  write(write: LdapWrite): Promise<void>
  extended(oid: string, value?: string): Promise<string>
  /**
   * RFC 5805: all of the writes or none (throws), but for those that the server turned away before it put them with the others:
   * for each of these its fault, else null. One transaction at a time on a connection.
   */
  transaction(writes: readonly LdapWrite[]): Promise<(LdapFault | null)[]>
  close(): Promise<void>
}

/**
 * For the driver and passport-ldapauth alike: the server must show a certificate for its host name from the
 * configured authority.
 */
export function tlsOptions(settings: Pick<LdapSettings, 'url' | 'ca'>): ConnectionOptions {
  const host = new URL(settings.url).hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    ...(isIP(host) ? {} : { servername: host }),
    ...(settings.ca === null ? {} : { ca: settings.ca }),
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  }
}

type Identity = { readonly dn: string; readonly password: string }

/**
 * Connects, secures and binds: as the service account, as somebody else, or not at all (`null`).
 * A wrong service password is `refused` and says so.
 */
export async function connect(
  settings: LdapSettings,
  as: Identity | null | 'service' = 'service',
): Promise<LdapConnection> {
  const connection = await open(settings)
  try {
    if (as === 'service') await bindService(connection, settings)
    else if (as !== null) await connection.bind(as.dn, as.password)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function bindService(connection: LdapConnection, settings: LdapSettings): Promise<void> {
  try {
    await connection.bind(settings.bindDn, settings.bindPassword)
  } catch (error) {
    if (!(error instanceof LdapFault) || error.code !== CODES.invalidCredentials) throw error
    const detail = `the directory refuses the service account ${settings.bindDn}: its name or password is wrong (${error.fault.detail})`
    throw new LdapFault({ kind: 'refused', detail }, error.code, { cause: error })
  }
}

async function open(settings: LdapSettings): Promise<LdapConnection> {
  const { timeoutMs, url } = settings
  const state = { open: true, reason: '' }
  const unreachable = (why: string) => new LdapFault({ kind: 'unreachable', detail: `${url}: ${why}` })

  const client = await new Promise<RawClient>((resolve, reject) => {
    let created: RawClient
    try {
      created = ldapjs.createClient({
        url,
        tlsOptions: tlsOptions(settings),
        connectTimeout: timeoutMs,
        queueDisable: true,
        reconnect: false,
      })
    } catch (error) {
      reject(unreachable((error as Error).message))
      return
    }
    const late = setTimeout(() => fail(`no connection within ${timeoutMs} ms`), timeoutMs)
    const fail = (why: string) => {
      clearTimeout(late)
      state.open = false
      state.reason = state.reason || why
      reject(unreachable(why))
      created.destroy()
    }
    const failed = (error?: Failure) => fail(error?.message ?? 'the connection failed')
    // Listeners stay for ever: an unheard error would end the process.
    created.on('error', failed)
    created.on('connectRefused', failed)
    created.on('connectTimeout', failed)
    created.on('setupError', failed)
    created.on('close', () => (state.open = false))
    created.once('connect', (socket: Socket) => {
      clearTimeout(late)
      socket.on('close', () => keepQuiet(socket))
      socket.setKeepAlive(true, 30_000)
      socket.setNoDelay(true)
      resolve(created)
    })
  })

  const abandon = (why: string) => {
    state.open = false
    state.reason = state.reason || why
    client.destroy()
  }

  /** Starts one operation inside a promise, with a deadline of our own (the library's is cancelled by a first entry). */
  const ask = <Result>(
    kind: 'read' | 'write',
    start: (done: Done<Result>, alive: () => void) => void,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (!state.open || !client.connected) {
        reject(unreachable(state.reason || 'the connection is closed'))
        return
      }
      const lost: FaultKind = kind === 'write' ? 'outcome-unknown' : 'unreachable'
      const late = setTimeout(() => {
        const why = `no answer within ${timeoutMs} ms`
        reject(new LdapFault({ kind: lost, detail: `${url}: ${why}` }))
        abandon(why)
      }, timeoutMs)
      const done: Done<Result> = (error, result) => {
        clearTimeout(late)
        if (error) reject(translate(error, lost, url))
        else resolve(result as Result)
      }
      try {
        start(done, () => late.refresh())
      } catch (error) {
        clearTimeout(late)
        reject(new LdapFault({ kind: 'refused', detail: `cannot be sent: ${(error as Error).message}` }))
      }
    })

  const extended = (oid: string, value?: string) => ask<string>('write', (done) => client.exop(oid, value, [], done))

  const write = (one: LdapWrite, controls: Opaque[] = []) =>
    ask<unknown>('write', (done) => {
      if (one.type === 'add') client.add(one.dn, attributes(one.attributes), controls, done)
      else if (one.type === 'modify') client.modify(one.dn, one.changes.map(change), controls, done)
      else if (one.type === 'rename') client.modifyDN(one.dn, one.to, controls, done)
      else client.del(one.dn, controls, done)
    }).then(() => undefined)

  const connection: LdapConnection = {
    isOpen: () => state.open && client.connected,
    bind: async (dn, password) => {
      if (password === '') throw new LdapFault({ kind: 'refused', detail: 'an empty password would bind anonymously' })
      if (dn.trim() === '') throw new LdapFault({ kind: 'refused', detail: 'an empty name would bind anonymously' })
      await ask('read', (done) => client.bind(dn, password, done))
    },
    search: (base, options) =>
      ask<LdapEntry[]>('read', (done, alive) =>
        client.search(base, searchOptions(options, timeoutMs), (error, answer) => {
          if (error || !answer) done(error ?? new Error('no answer'))
          else collect(answer, done, alive)
        }),
      ),
    pages: (base, options) =>
      pageStream((feed) =>
        pagedSearch(feed, {
          ...{ timeoutMs, pageSize: options.pageSize },
          take: (entry) => takeEntries(client, entry),
          search: (done) => {
            if (!connection.isOpen()) throw unreachable(state.reason || 'the connection is closed')
            client.search(base, { ...searchOptions(options, timeoutMs), ...pausing(options.pageSize) }, done)
          },
          translate: (error) => (error instanceof LdapFault ? error : translate(error, 'unreachable', url)),
          late: (why) => {
            abandon(why)
            return unreachable(why)
          },
        }),
      ),
    add: (dn, attributes) => write({ type: 'add', dn, attributes }),
    modify: (dn, changes) => write({ type: 'modify', dn, changes }),
    del: (dn) => write({ type: 'delete', dn }),
    write: (one) => write(one),
    extended,
    transaction: async (writes) => {
      await extended(OIDS.transactionStart).catch((error: unknown) => {
        throw harmless(error)
      })
      const member = new ldapjs.Control({ type: OIDS.transactionControl, criticality: true, value: '' })
      const results = await Promise.allSettled(writes.map((one) => write(one, [member])))
      const faults = results.map((result) => (result.status === 'rejected' ? (result.reason as LdapFault) : null))
      const lost = faults.find((fault) => fault !== null && fault.fault.kind !== 'refused')
      if (lost) {
        // A server drops an open transaction with its connection; without the commit nothing has happened.
        abandon('a transaction was given up')
        throw harmless(lost)
      }
      // slapd 2.5 goes on with the others when it turns one away, and crashes at times when such a transaction is given up or
      // its connection is cut; a server that gives it up itself refuses the commit.
      // It also crashes at times when the commit comes while a thread that has just answered is still busy with its member.
      await pause(BEFORE_COMMIT_MS)
      await extended(OIDS.transactionEnd, COMMIT)
      return faults
    },
    close: () =>
      new Promise((resolve) => {
        if (!client.connected) {
          abandon('closed')
          resolve()
          return
        }
        state.open = false
        const late = setTimeout(() => client.destroy(), Math.min(timeoutMs, 1_000))
        client.once('close', () => {
          clearTimeout(late)
          resolve()
        })
        try {
          client.unbind(() => undefined)
        } catch {
          client.destroy()
        }
      }),
  }

  return connection
}

// `txnEndReq` of RFC 5805: a sequence with commit TRUE (the default) and the empty identifier that slapd gives.
const COMMIT = '0\x02\x04\x00'

/** ldapjs takes its listeners away when a connection ends, and an error after that would be unheard. */
function keepQuiet(socket: Pick<EventEmitter, 'on'> | null): void {
  socket?.on('error', () => undefined)
}

function harmless(error: unknown): unknown {
  if (!(error instanceof LdapFault) || error.fault.kind !== 'outcome-unknown') return error
  return new LdapFault({ kind: 'unreachable', detail: error.fault.detail }, error.code, { cause: error })
}

function translate(error: Failure, lost: FaultKind, url: string): LdapFault {
  const code = resultCode(error)
  if (code === CODES.sizeLimitExceeded) {
    const detail =
      'the server cut the answer at its size limit (LDAP result 4, sizeLimitExceeded); no part of it is used'
    return new LdapFault({ kind: 'refused', detail }, code)
  }
  if (code !== null) return new LdapFault(faultOf(code, (error as { diagnostic?: string }).diagnostic ?? ''), code)
  if (error.message === 'connection unavailable')
    return new LdapFault({ kind: 'unreachable', detail: `${url}: the connection is closed` })
  if (error.name === 'ConnectionError')
    return new LdapFault({ kind: lost, detail: `${url}: the connection was cut before the answer` })
  if (isTlsTrouble(error)) return new LdapFault({ kind: lost, detail: `${url}: ${error.message}` })
  return new LdapFault({ kind: 'refused', detail: `cannot be sent: ${error.message}` })
}

const isTlsTrouble = (error: Failure) => typeof error.code === 'string'

function attributes(values: LdapAttributes): Opaque[] {
  return Object.entries(values)
    .filter(([, list]) => list.length > 0)
    .map(([type, list]) => new ldapjs.Attribute({ type, values: list }))
}

const change = (one: LdapChange): Opaque =>
  new ldapjs.Change({
    operation: one.operation,
    modification: new ldapjs.Attribute({ type: one.attribute, values: one.values }),
  })

function filter(wanted: LdapFilter): Opaque {
  if ('equal' in wanted) return new ldapjs.EqualityFilter({ attribute: wanted.equal[0], value: wanted.equal[1] })
  if ('present' in wanted) return new ldapjs.PresenceFilter({ attribute: wanted.present })
  if ('any' in wanted) return new ldapjs.OrFilter({ filters: wanted.any.map(filter) })
  return new ldapjs.AndFilter({ filters: wanted.all.map(filter) })
}

function searchOptions(options: SearchOptions, timeoutMs: number): object {
  return {
    scope: options.scope,
    filter: filter(options.filter),
    attributes: [...options.attributes],
    timeLimit: Math.ceil(timeoutMs / 1_000),
    sizeLimit: options.sizeLimit ?? 0,
    ...(options.pageSize === undefined ? {} : { paged: { pageSize: options.pageSize } }),
  }
}

// The deadline between two entries is ours; the server's limit would count the whole of a long answer.
const pausing = (pageSize: number) => ({ timeLimit: 0, paged: { pageSize, pagePause: true } })

function collect(answer: EventEmitter, done: Done<LdapEntry[]>, alive: () => void): void {
  const entries: LdapEntry[] = []
  answer.on('searchEntry', (raw: RawEntry) => entries.push(entryOf(raw)))
  // A page is an answer of its own: the deadline counts from the last one.
  answer.on('page', alive)
  answer.on('error', (error: Failure) => done(error))
  answer.on('end', () => done(null, entries))
}

function entryOf(raw: RawEntry): LdapEntry {
  const pairs = raw.attributes.map((one) => [one.type.toLowerCase(), one.values] as const)
  return { dn: raw.objectName.toString(), attributes: new Map(pairs) }
}

/** The server half of ldapjs, for the embedded directory and for tests; listening for its errors is the caller's task. */
export const ldapServer = (): RawServer => ldapjs.createServer()

/** For the server half: an entry and a paged-results control as they go over the wire. */
export const wire = {
  entry: (messageId: number, dn: string, values: LdapAttributes): Opaque =>
    new ldapjs.SearchEntry({ messageId, objectName: dn, attributes: attributes(values) }),
  page: (cookie: string, size: number): Opaque =>
    new ldapjs.PagedResultsControl({ value: { size, cookie: Buffer.from(cookie) } }),
}
