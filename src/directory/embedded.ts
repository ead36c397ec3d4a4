import type { Socket } from 'node:net'
import { join } from 'node:path'
import { ldapServer, wire } from './connection.ts'
import { dnKey, isWithin, parseDn } from './dn.ts'
import { addEntry, modifyEntry, removeEntry } from './embedded-change.ts'
import { lockOut, passwordFits } from './embedded-password.ts'
import { classDescriptions, foldValue, Refusal } from './embedded-schema.ts'
import { candidates, matches, select } from './embedded-search.ts'
import { openStore, type EntryStore, type StoredEntry } from './embedded-store.ts'
import type { RawAttribute, RawRequest, RawResponse } from './ldapjs-types.ts'
import { OIDS, type LdapAttributes } from './operations.ts'

export type EmbeddedDirectory = { readonly url: string; readonly port: number; stop(): Promise<void> }

export type EmbeddedOptions = {
  /** Where `directory.jsonl` lies; made if missing. */
  readonly folder: string
  /** 0 for any free one. */
  readonly port: number
  readonly baseDn: string
  readonly bindDn: string
  readonly bindPassword: string
}

type Identity = 'anonymous' | 'service' | { readonly dn: string }

/**
 * A small LDAP server on the loopback interface, for trying Congvu out and for tests: it checks our schema, searches in
 * pages, locks out after five wrong passwords and keeps its entries in a folder. Anonymous sees the root DSE, a person
 * its own entry, the service account everything. It has no transactions, no TLS and no replication, and says so.
 */
export async function startEmbeddedDirectory(options: EmbeddedOptions): Promise<EmbeddedDirectory> {
  const { baseDn } = options
  const store = await openStore(join(options.folder, 'directory.jsonl'))
  await plant(store, baseDn)
  const server = ldapServer()
  const sockets = new Set<Socket>()
  const identities = new WeakMap<Socket, Identity>()
  const pages = new WeakMap<Socket, Map<string, StoredEntry[]>>()
  const locks = lockOut()
  let cookies = 0

  // A client that speaks nonsense ends its own connection, never the process.
  server.on('error', () => undefined)
  server.on('clientError', () => undefined)
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    // An answer is several small writes; waiting to join them would cost 40 ms each.
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })

  const who = (request: RawRequest): Identity => identities.get(request.connection) ?? 'anonymous'
  const mustServe = (request: RawRequest) => {
    if (who(request) !== 'service') throw new Refusal(50, 'no write access')
  }
  const answer = (work: (request: RawRequest, response: RawResponse) => Promise<number>) => {
    return (request: RawRequest, response: RawResponse) => {
      work(request, response)
        .catch((error: unknown) => {
          response.diagnosticMessage = error instanceof Error ? error.message : 'trouble'
          return error instanceof Refusal ? error.code : 80
        })
        .then(
          (code) => response.end(code),
          () => request.connection.destroy(),
        )
    }
  }

  async function bind(request: RawRequest): Promise<number> {
    identities.set(request.connection, 'anonymous')
    const dn = String(request.name)
    const password = request.credentials ?? ''
    if (dn === '' && password === '') return 0
    if (password === '') throw new Refusal(53, 'unauthenticated bind (DN with no password) disallowed')
    const service = dnKey(dn) === dnKey(options.bindDn)
    if (service && password !== options.bindPassword) return 49
    if (service) identities.set(request.connection, 'service')
    else if (await opens(dn, password)) identities.set(request.connection, { dn: dnKey(dn) })
    else return 49
    return 0
  }

  async function opens(dn: string, password: string): Promise<boolean> {
    const entry = store.get(dn)
    if (!entry || locks.isLocked(entry.entryUUID)) return false
    const stored = entry.attributes['userPassword'] ?? []
    for (const value of stored) {
      if (!(await passwordFits(value, password))) continue
      if (locks.isLocked(entry.entryUUID)) return false
      locks.succeeded(entry.entryUUID)
      return true
    }
    if (stored.length > 0) locks.failed(entry.entryUUID)
    return false
  }

  function search(request: RawRequest, response: RawResponse): Promise<number> {
    const base = String(request.dn)
    const identity = who(request)
    const asked = (request.attributes ?? []).filter((name) => typeof name === 'string')
    if (base === '' && request.scope === 0) {
      response.send(wire.entry(response.messageId, '', pickNames(rootDse(baseDn), asked)))
      return Promise.resolve(0)
    }
    if (identity === 'anonymous') throw new Refusal(50, 'bind first')
    if (dnKey(base) === 'cn=subschema' && request.scope === 0) {
      response.send(wire.entry(response.messageId, 'cn=subschema', pickNames(subschema(), asked)))
      return Promise.resolve(0)
    }
    if (parseDn(base) === null) throw new Refusal(34, 'invalid DN')
    const visible = (entry: StoredEntry) => identity === 'service' || dnKey(entry.dn) === identity.dn
    const self = store.get(base)
    if (!self || (identity !== 'service' && !isWithin(identity.dn, base))) throw new Refusal(32, '')

    const { filter } = request
    const inScope = (entry: StoredEntry) => filter !== undefined && matches(filter, entry) && visible(entry)
    const paged = request.controls.find(({ type }) => type === OIDS.pagedResults)
    const page = paged?.value as { size: number; cookie: Buffer } | undefined
    const rest =
      page && page.cookie.length > 0 ? takePage(request.connection, page.cookie) : find(base, request).filter(inScope)
    const limit = request.sizeLimit ?? 0
    const send = (entry: StoredEntry) => {
      const shown = select(entry, asked, (name) => identity !== 'service' && name === 'userPassword')
      response.send(wire.entry(response.messageId, entry.dn, shown))
    }
    if (!page) {
      for (const entry of limit > 0 ? rest.slice(0, limit) : rest) send(entry)
      return Promise.resolve(limit > 0 && rest.length > limit ? 4 : 0)
    }
    const size = Math.max(page.size, 1)
    for (const entry of rest.slice(0, size)) send(entry)
    response.addControl(wire.page(keepPage(request.connection, rest.slice(size)), rest.length))
    return Promise.resolve(0)
  }

  function find(base: string, request: RawRequest): StoredEntry[] {
    if (request.scope === 0) return [store.get(base)].filter((entry) => entry !== undefined)
    if (request.scope === 1) return [...store.children(base)]
    const indexed = request.filter && candidates(request.filter, store)
    return indexed ? indexed.filter((entry) => isWithin(entry.dn, base)) : [...store.below(base)]
  }

  function takePage(socket: Socket, cookie: Buffer): StoredEntry[] {
    const kept = pages.get(socket)
    const rest = kept?.get(cookie.toString())
    if (!rest) throw new Refusal(53, 'paged results cookie is invalid')
    kept?.delete(cookie.toString())
    return rest.flatMap((entry) => store.get(entry.dn) ?? [])
  }

  function keepPage(socket: Socket, rest: StoredEntry[]): string {
    if (rest.length === 0) return ''
    const cookie = String((cookies += 1))
    const kept = pages.get(socket) ?? new Map<string, StoredEntry[]>()
    pages.set(socket, kept.set(cookie, rest))
    return cookie
  }

  server.bind('', answer(bind))
  server.search(
    '',
    answer((request, response) => Promise.resolve().then(() => search(request, response))),
  )
  server.add(
    '',
    answer(async (request) => {
      mustServe(request)
      const given = (request.attributes ?? []).filter((one): one is RawAttribute => typeof one !== 'string')
      await addEntry(store, baseDn, String(request.entry), given)
      return 0
    }),
  )
  server.modify(
    '',
    answer(async (request) => {
      mustServe(request)
      const changes = (request.changes ?? []).map(({ operation, modification }) => ({
        operation,
        attribute: modification.type,
        values: modification.values,
      }))
      await modifyEntry(store, String(request.object), changes)
      return 0
    }),
  )
  server.del(
    '',
    answer(async (request) => {
      mustServe(request)
      await removeEntry(store, String(request.entry))
      return 0
    }),
  )
  server.compare(
    '',
    answer((request) => {
      const entry = store.get(String(request.entry))
      const identity = who(request)
      if (!entry || (identity !== 'service' && (identity === 'anonymous' || identity.dn !== dnKey(entry.dn))))
        return Promise.reject(new Refusal(32, ''))
      const attribute = request.attribute ?? ''
      if (attribute.toLowerCase() === 'userpassword') return Promise.reject(new Refusal(50, 'not comparable'))
      const values = Object.values(select(entry, [attribute], () => false)).flat()
      const wanted = foldValue(attribute, request.value ?? '')
      return Promise.resolve(values.some((value) => foldValue(attribute, value) === wanted) ? 6 : 5)
    }),
  )
  server.modifyDN(
    '',
    answer(() => Promise.reject(new Refusal(53, 'entries do not move'))),
  )

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  return {
    url: `ldap://127.0.0.1:${server.port}`,
    port: server.port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
      await store.close()
    },
  }
}

/** The base and its two branches, as deploy/openldap/tree.ldif has them. */
async function plant(store: EntryStore, baseDn: string): Promise<void> {
  if (store.get(baseDn)) return
  const naming = parseDn(baseDn)?.[0]?.[0]
  if (!naming) throw new Error(`${baseDn} is not a name for the base`)
  const { type, value } = naming
  const classes = { dc: ['dcObject', 'organization'], o: ['organization'], ou: ['organizationalUnit'] }[type]
  if (!classes) throw new Error(`the base must be named by dc, o or ou, not ${type}`)
  const base = { objectClass: classes, [type]: [value], ...(type === 'dc' ? { o: [value] } : {}) }
  await addEntry(
    store,
    baseDn,
    baseDn,
    Object.entries(base).map(([name, values]) => ({ type: name, values })),
  )
  for (const ou of ['people', 'groups'])
    await addEntry(store, baseDn, `ou=${ou},${baseDn}`, [
      { type: 'objectClass', values: ['organizationalUnit'] },
      { type: 'ou', values: [ou] },
    ])
}

const rootDse = (baseDn: string): LdapAttributes => ({
  objectClass: ['top'],
  vendorName: ['Congvu embedded directory'],
  namingContexts: [baseDn],
  subschemaSubentry: ['cn=subschema'],
  supportedLDAPVersion: ['3'],
  // The second stands for lock-out after failed binds.
  supportedControl: [OIDS.pagedResults, OIDS.passwordPolicy],
})

const subschema = (): LdapAttributes => ({
  objectClass: ['top', 'subentry', 'subschema'],
  cn: ['subschema'],
  objectClasses: classDescriptions(),
})

function pickNames(attributes: LdapAttributes, asked: readonly string[]): LdapAttributes {
  const names = new Set(asked.map((name) => name.toLowerCase()))
  if (names.size === 0 || names.has('*') || names.has('+')) return attributes
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.has(name.toLowerCase())))
}
