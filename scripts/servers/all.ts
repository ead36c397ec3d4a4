import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificates } from './certificates.ts'
import { runFolderOf, startDovecot } from './dovecot.ts'
import type { Dovecot } from './dovecot.ts'
import { guarded } from './guard.ts'
import { ensurePackages } from './packages.ts'
import { freePorts } from './ports.ts'
import { startPostfix } from './postfix.ts'
import type { Postfix } from './postfix.ts'
import { startPostgres } from './postgres.ts'
import type { Postgres } from './postgres.ts'
import { startSink } from './sink.ts'
import type { Sink } from './sink.ts'
import { baseDnOf, startSlapd } from './slapd.ts'
import type { ServicePasswords, Slapd } from './slapd.ts'
import { isOpen, isRoot } from './users.ts'

type Door = { readonly host: string; readonly port: number }

export type Servers = {
  /** Congvu's settings for these servers, to be completed with CONGVU_SECRET_KEY and CONGVU_PUBLIC_URL. */
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly domain: string
  readonly caFile: string
  /** Of cn=<name>,ou=services in the directory. */
  readonly servicePasswords: ServicePasswords
  readonly slapd: Slapd
  readonly dovecot: Dovecot
  readonly postfix: Postfix
  readonly postgres: Postgres
  readonly sink: Sink
  /** TLS from the first byte. */
  readonly imap: Door
  readonly smtp: Door
  /** StartTLS, then a password. */
  readonly submission: Door
  /** Ends all of them, and removes the folder when it was made for this run. */
  stop(): Promise<void>
}

export type ServersOptions = {
  /** Kept, with its data, for the next run; without one a fresh folder is made and removed. */
  readonly folder?: string | undefined
  readonly domain?: string
  /** True trades durability for speed in slapd, Dovecot and PostgreSQL: not for tests that pull the plug. */
  readonly fast?: boolean
  /** Whether programs on this machine may hand in mail on port 25 without a password, and Congvu's letters go that way. */
  readonly relaying?: boolean
  /** The folder of a PostgreSQL to start as a copy of; see `PostgresOptions.copyOf`. */
  readonly databaseOf?: string | undefined
}

type Secrets = Record<'congvu' | 'dovecot' | 'postfix' | 'apiKey', string>

/** The passwords of this folder: those of the last run, when its data are still there. */
function secretsOf(folder: string): Secrets {
  const file = join(folder, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  const secret = () => randomBytes(18).toString('base64url')
  const secrets = { congvu: secret(), dovecot: secret(), postfix: secret(), apiKey: secret() }
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

function freshFolder(): string {
  const folder = mkdtempSync(join(isOpen(tmpdir()) ? tmpdir() : '/tmp', 'congvu-'))
  chmodSync(folder, 0o755)
  guarded.folder(folder)
  return folder
}

/**
 * Starts private slapd, Dovecot, Postfix, PostgreSQL and an SMTP sink on free ports of 127.0.0.1, with the configuration of
 * `deploy/` and TLS under an authority of their own. Root only, for Postfix needs it. Whatever happens to this process,
 * nothing of them stays behind.
 */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  if (!isRoot()) throw new Error('The real servers need root: Postfix does not run without it')
  await ensurePackages()
  const { domain = 'quangninh.gov.vn', fast = false, relaying = false, databaseOf } = options
  const folder = options.folder ?? freshFolder()
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  if (!isOpen(folder)) throw new Error(`The servers' users cannot reach ${folder}: a folder above it is closed to them`)
  const remove = () => {
    if (options.folder !== undefined) return
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    guarded.keep(folder)
  }

  const at = (name: string) => join(folder, name)
  const secrets = secretsOf(folder)
  const [
    ldapPort = 0,
    ldapsPort = 0,
    imapPort = 0,
    doveadmPort = 0,
    smtpPort = 0,
    submissionPort = 0,
    sinkPort = 0,
    postingPort = 0,
    returnsPort = 0,
  ] = await freePorts(9)
  const certificates = await makeCertificates(at('certificates'))
  const shared = { domain, certificates, fast }
  const ldap = { url: `ldap://127.0.0.1:${ldapPort}`, baseDn: baseDnOf(domain) }
  const mailPorts = { imapPort, doveadmPort, smtpPort }

  const directory = startSlapd({
    ...shared,
    folder: at('slapd'),
    port: ldapPort,
    tlsPort: ldapsPort,
    passwords: secrets,
  })
  const starting = [
    directory,
    // Dovecot connects at its start, and is slow to try again.
    directory.then(() =>
      startDovecot({
        ...{ ...shared, ...mailPorts, folder: at('dovecot'), apiKey: secrets.apiKey },
        ldap: { ...ldap, password: secrets.dovecot },
      }),
    ),
    startPostfix({
      ...{ ...shared, smtpPort, submissionPort, folder: at('postfix'), dovecotRunFolder: runFolderOf(at('dovecot')) },
      ldap: { ...ldap, password: secrets.postfix },
      relay: `[127.0.0.1]:${sinkPort}`,
      posting: `127.0.0.1:${postingPort}`,
      returns: `127.0.0.1:${returnsPort}`,
      networks: relaying ? '127.0.0.0/8' : undefined,
    }),
    startPostgres({ folder: at('postgres'), fast, copyOf: databaseOf }),
    startSink({ port: sinkPort, certificates }),
  ] as const
  const started = await Promise.allSettled(starting)
  const stopAll = async () => {
    await Promise.all(started.filter((one) => one.status === 'fulfilled').map((one) => one.value.stop()))
  }
  const failed = started.find((one) => one.status === 'rejected')
  if (failed) {
    await stopAll()
    throw failed.reason
  }
  const [slapd, dovecot, postfix, postgres, sink] = await Promise.all(starting)
  const host = '127.0.0.1'

  const servers: Servers = {
    ...{ folder, domain, slapd, dovecot, postfix, postgres, sink, caFile: certificates.caFile },
    servicePasswords: { congvu: secrets.congvu, dovecot: secrets.dovecot, postfix: secrets.postfix },
    imap: { host, port: imapPort },
    smtp: { host, port: smtpPort },
    submission: { host, port: submissionPort },
    env: {
      DATABASE_URL: postgres.url,
      CONGVU_DOMAIN: domain,
      CONGVU_SUPPORT_EMAIL: `hotro@${domain}`,
      MAIL_FROM: `khong-tra-loi@${domain}`,
      LDAP_URL: slapd.tlsUrl,
      LDAP_CA_FILE: certificates.caFile,
      LDAP_BIND_DN: slapd.bindDn,
      LDAP_BIND_PASSWORD: slapd.bindPassword,
      LDAP_BASE_DN: slapd.baseDn,
      MAIL_DRIVER: 'dovecot',
      DOVEADM_URL: dovecot.url,
      DOVEADM_API_KEY: dovecot.apiKey,
      DOVEADM_CA_FILE: certificates.caFile,
      DOVEADM_MAIL_HOME: dovecot.mailHome,
      SMTP_URL: `smtp://127.0.0.1:${relaying ? smtpPort : sinkPort}`,
      SMTP_CA_FILE: certificates.caFile,
      POSTING_LISTEN: `127.0.0.1:${postingPort}`,
      BOUNCE_ADDRESS: `thu-tra-ve@${domain}`,
      BOUNCE_PORT: String(returnsPort),
    },
    async stop() {
      await stopAll()
      remove()
    },
  }
  return servers
}
