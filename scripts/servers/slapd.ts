import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Certificates } from './certificates.ts'
import { daemon, listens } from './daemon.ts'
import type { Daemon } from './daemon.ts'
import { DEPLOY, fillFiles } from './fill.ts'
import { freePort } from './ports.ts'

const run = promisify(execFile)

export type ServicePasswords = { readonly congvu: string; readonly dovecot: string; readonly postfix: string }

export type Slapd = Daemon & {
  /** ldap:// for StartTLS; the server takes no password without it. */
  readonly url: string
  /** ldaps://, which Congvu speaks. */
  readonly tlsUrl: string
  /** ldapi:// for this machine's root: `ldapmodify -Y EXTERNAL -H <this>`, with every right. */
  readonly adminUrl: string
  readonly port: number
  readonly baseDn: string
  readonly bindDn: string
  readonly bindPassword: string
  readonly caFile: string
}

export type SlapdOptions = {
  readonly folder: string
  readonly port: number
  /** A free one unless named. */
  readonly tlsPort?: number
  readonly domain: string
  readonly certificates: Certificates
  readonly passwords: ServicePasswords
  readonly fast?: boolean
}

/** dc=quangninh,dc=gov,dc=vn of quangninh.gov.vn. */
export const baseDnOf = (domain: string) =>
  domain
    .split('.')
    .map((label) => `dc=${label}`)
    .join(',')

/** A password as a directory keeps it. */
export function ssha(password: string): string {
  const salt = randomBytes(8)
  return `{SSHA}${Buffer.concat([createHash('sha1').update(password).update(salt).digest(), salt]).toString('base64')}`
}

/** A private slapd with the configuration of `deploy/openldap`; a folder used before keeps its entries. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const { folder, port, domain, certificates, passwords } = options
  const at = (name: string) => join(folder, name)
  const baseDn = baseDnOf(domain)
  rmSync(at('slapd.d'), { recursive: true, force: true })
  for (const name of ['slapd.d', 'data', 'run']) mkdirSync(at(name), { recursive: true, mode: 0o755 })
  fillFiles(['openldap/slapd.ldif', 'openldap/tree.ldif'], folder, {
    RUN: at('run'),
    DATA: at('data'),
    MODULES: '/usr/lib/ldap',
    SCHEMA: '/etc/ldap/schema',
    CONGVU_SCHEMA: join(DEPLOY, 'openldap/congvu.ldif'),
    CA_FILE: certificates.caFile,
    CERT_FILE: certificates.certFile,
    KEY_FILE: certificates.keyFile,
    NO_SYNC: options.fast ? 'TRUE' : 'FALSE',
    BASE_DN: baseDn,
    BASE_DC: domain.split('.')[0] ?? domain,
    ORGANISATION: domain,
    CONGVU_PASSWORD_HASH: ssha(passwords.congvu),
    DOVECOT_PASSWORD_HASH: ssha(passwords.dovecot),
    POSTFIX_PASSWORD_HASH: ssha(passwords.postfix),
  })
  await run('/usr/sbin/slapadd', ['-n', '0', '-F', at('slapd.d'), '-l', at('slapd.ldif')])
  if (!existsSync(at('data/data.mdb')) || readdirSync(at('data')).length === 0)
    await run('/usr/sbin/slapadd', ['-q', '-n', '1', '-F', at('slapd.d'), '-l', at('tree.ldif')])

  const url = `ldap://127.0.0.1:${port}`
  const tlsUrl = `ldaps://127.0.0.1:${options.tlsPort ?? (await freePort())}`
  const adminUrl = `ldapi://${encodeURIComponent(at('run/ldapi'))}`
  const server = daemon({
    name: 'slapd',
    command: '/bin/sh',
    // slapd makes room for as many connections as there may be open files, which can be millions.
    args: [
      '-c',
      'ulimit -n 4096; exec /usr/sbin/slapd "$@"',
      'slapd',
      '-F',
      at('slapd.d'),
      '-h',
      `${url} ${tlsUrl} ${adminUrl}`,
      '-d',
      '0',
    ],
    log: at('slapd.log'),
    signal: 'SIGTERM',
    ready: () => listens(port),
  })
  await server.start()
  const bindDn = `cn=congvu,ou=services,${baseDn}`
  return {
    ...server,
    url,
    tlsUrl,
    adminUrl,
    port,
    baseDn,
    bindDn,
    bindPassword: passwords.congvu,
    caFile: certificates.caFile,
  }
}
