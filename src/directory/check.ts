import { randomUUID } from 'node:crypto'
import type { Fault, Finding } from '../kernel/fault.ts'
import { TargetFault } from '../kernel/fault.ts'
import { readCapabilities } from './capabilities.ts'
import { connect, LdapFault, type LdapConnection } from './connection.ts'
import { ensureContainers } from './containers.ts'
import { equal, present, valuesOf, type LdapAttributes, type LdapSettings } from './operations.ts'
import { CODES } from './result-codes.ts'

/** Looks at everything that Congvu needs of the directory, in the order in which it is needed. Never throws. */
export async function checkDirectory(settings: LdapSettings): Promise<Finding[]> {
  const findings: Finding[] = []
  const connected = await attempt(() => connect(settings, null))
  if (!connected.ok)
    return [{ check: 'directory: connection', ok: false, ...explainConnection(connected.fault, settings) }]
  const connection = connected.value
  findings.push({ check: 'directory: connection', ok: true, detail: `${settings.url}, ${secured(settings)}` })
  try {
    const bound = await attempt(() => connection.bind(settings.bindDn, settings.bindPassword))
    if (!bound.ok) return [...findings, bindFinding(settings, bound)]
    findings.push({ check: 'directory: service account', ok: true, detail: `bound as ${settings.bindDn}` })
    findings.push(await checkBase(connection, settings))
    findings.push(await checkSchema(connection))
    findings.push(...(await checkWriting(connection, settings)))
    findings.push(await checkCapabilities(connection))
    return findings
  } finally {
    await connection.close()
  }
}

type Attempt<Value> = { ok: true; value: Value } | { ok: false; fault: Fault; code: number | null }

async function attempt<Value>(work: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    const fault: Fault =
      error instanceof TargetFault
        ? error.fault
        : { kind: 'unreachable', detail: error instanceof Error ? error.message : 'unknown trouble' }
    return { ok: false, fault, code: error instanceof LdapFault ? error.code : null }
  }
}

const secured = ({ url }: LdapSettings) => (url.startsWith('ldaps:') ? 'TLS' : 'not encrypted')

function explainConnection({ detail }: Fault, { ca }: LdapSettings): Pick<Finding, 'detail' | 'remedy'> {
  if (/certificate|altname/i.test(detail)) {
    const authority = ca === null ? 'set LDAP_CA_FILE to the authority of its certificate' : 'check LDAP_CA_FILE'
    return {
      detail,
      remedy: `Check the server's certificate: ${authority}, and LDAP_URL must carry the host name in it.`,
    }
  }
  return { detail, remedy: 'Check that the directory runs, LDAP_URL, and the firewall between.' }
}

function bindFinding(settings: LdapSettings, failed: { fault: Fault; code: number | null }): Finding {
  const check = 'directory: service account'
  if (failed.code === CODES.invalidCredentials) {
    const detail = `the directory refuses ${settings.bindDn}: wrong name or password of the service account`
    return { check, ok: false, detail, remedy: 'Set LDAP_BIND_DN and LDAP_BIND_PASSWORD as the directory has them.' }
  }
  const remedy = settings.url.startsWith('ldaps:')
    ? 'Look into the log of the directory.'
    : 'If it asks for confidentiality, let LDAP_URL be an ldaps:// URL.'
  return { check, ok: false, detail: failed.fault.detail, remedy }
}

async function checkBase(connection: LdapConnection, { baseDn }: LdapSettings): Promise<Finding> {
  const check = 'directory: base'
  const look = (dn: string) =>
    attempt(() => connection.search(dn, { scope: 'base', filter: present('objectClass'), attributes: ['objectClass'] }))
  const base = await look(baseDn)
  if (!base.ok || base.value.length === 0)
    return {
      check,
      ok: false,
      detail: `${baseDn} is not to be read`,
      remedy: 'Check LDAP_BASE_DN and the reading rights.',
    }
  const missing: string[] = []
  for (const name of ['people', 'groups']) {
    const found = await look(`ou=${name},${baseDn}`)
    if (!found.ok || found.value.length === 0) missing.push(`ou=${name}`)
  }
  if (missing.length === 0) return { check, ok: true, detail: `${baseDn} with ou=people and ou=groups` }
  return { check, ok: true, detail: `${baseDn}; ${missing.join(' and ')} missing, made when first needed` }
}

async function checkSchema(connection: LdapConnection): Promise<Finding> {
  const check = 'directory: schema'
  const remedy = 'Load deploy/openldap/congvu.ldif into the directory.'
  const seen = await attempt(async () => {
    const root = await connection.search('', {
      scope: 'base',
      filter: present('objectClass'),
      attributes: ['subschemaSubentry'],
    })
    const at = root[0] ? valuesOf(root[0], 'subschemaSubentry')[0] : undefined
    const filter = equal('objectClass', 'subschema')
    return connection.search(at ?? 'cn=subschema', { scope: 'base', filter, attributes: ['objectClasses'] })
  })
  if (!seen.ok) return { check, ok: false, detail: `cannot be read: ${seen.fault.detail}`, remedy }
  const definitions = seen.value.flatMap((entry) => valuesOf(entry, 'objectClasses')).join('\n')
  const missing = ['congvuMailAccount', 'congvuGroup', 'inetOrgPerson'].filter(
    (name) => !definitions.includes(`'${name}'`),
  )
  if (missing.length > 0) return { check, ok: false, detail: `object classes missing: ${missing.join(', ')}`, remedy }
  const added = { congvuGroup: 'congvuPosting', congvuMailAccount: 'congvuReply' }
  for (const [name, attribute] of Object.entries(added))
    if (!new RegExp(`'${name}'[^\\n]*${attribute}`).test(definitions))
      return { check, ok: false, detail: `of an earlier version: ${name} lacks ${attribute}`, remedy }
  return { check, ok: true, detail: 'congvuMailAccount, congvuGroup and inetOrgPerson are known' }
}

/** Makes an entry in each branch and removes it: the only way to know that writing is allowed is to write. */
async function checkWriting(connection: LdapConnection, { baseDn, bindDn }: LdapSettings): Promise<Finding[]> {
  const check = 'directory: writing'
  const remedy = `Give ${bindDn} write access below ou=people and ou=groups, as in deploy/openldap/slapd.ldif.`
  const id = randomUUID()
  const name = `congvu-doctor-${id.slice(0, 8)}`
  const role = ['organizationalRole', 'congvuMailAccount']
  const trials: readonly (readonly [string, LdapAttributes])[] = [
    [`cn=${name},ou=groups,${baseDn}`, { objectClass: ['congvuGroup'], cn: [name], congvuId: [id] }],
    [`uid=${name},ou=people,${baseDn}`, { objectClass: role, uid: [name], cn: [name], congvuId: [id] }],
  ]
  const clocks: number[] = []
  for (const [dn, entry] of trials) {
    let made = await attempt(() => connection.add(dn, entry))
    if (!made.ok && made.code === CODES.noSuchObject)
      made = await attempt(async () => {
        await ensureContainers(connection, baseDn)
        await connection.add(dn, entry)
      })
    if (!made.ok) return [{ check, ok: false, detail: `${dn}: ${made.fault.detail}`, remedy }]
    const seen = await attempt(() => differenceOfClocks(connection, dn))
    if (seen.ok) clocks.push(...seen.value)
    const removed = await attempt(() => connection.del(dn))
    if (!removed.ok) {
      const detail = `${removed.fault.detail}; the trial entry ${dn} is left`
      return [{ check, ok: false, detail, remedy: `${remedy} Remove the trial entry.` }]
    }
  }
  const detail = 'a trial entry was made and removed below ou=people and ou=groups'
  return [{ check, ok: true, detail }, ...clocks.slice(0, 1).map(clockFinding)]
}

/** Seconds by which the server's clock is ahead of ours, told by an entry that it has just made. */
async function differenceOfClocks(connection: LdapConnection, dn: string): Promise<number[]> {
  const filter = present('objectClass')
  const [entry] = await connection.search(dn, { scope: 'base', filter, attributes: ['createTimestamp'] })
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(
    (entry && valuesOf(entry, 'createTimestamp')[0]) ?? '',
  )
  if (!parts) return []
  const [year = 0, month = 1, ...rest] = parts.slice(1).map(Number)
  return [Math.round((Date.UTC(year, month - 1, ...rest) - Date.now()) / 1_000)]
}

function clockFinding(seconds: number): Finding {
  const check = 'directory: clock'
  if (Math.abs(seconds) <= 60) return { check, ok: true, detail: 'agrees with ours within a minute' }
  const detail = `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours`
  return { check, ok: false, detail, remedy: 'Let both machines keep time by NTP.' }
}

async function checkCapabilities(connection: LdapConnection): Promise<Finding> {
  const check = 'directory: capabilities'
  const read = await attempt(() => readCapabilities(connection))
  if (!read.ok)
    return { check, ok: false, detail: read.fault.detail, remedy: 'Let the service account read the root DSE.' }
  const { vendor, transactions, pagedResults, passwordPolicy } = read.value
  const has = (yes: boolean, what: string) => `${yes ? '' : 'no '}${what}`
  const list = [
    has(transactions, 'transactions'),
    has(pagedResults, 'paged results'),
    has(passwordPolicy, 'password policy (lock-out)'),
  ]
  const detail = `${vendor}: ${list.join(', ')}`
  if (passwordPolicy) return { check, ok: true, detail }
  return {
    check,
    ok: true,
    detail,
    remedy: 'Without lock-out, passwords can be guessed at the mail server: load ppolicy.',
  }
}
