import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { startEmbeddedDirectory } from '../../src/directory/embedded.ts'
import { directoryLookup } from '../../src/directory/lookup.ts'
import { startEmbeddedMail } from '../../src/mail/embedded.ts'
import { startServers } from '../servers/all.ts'
import { freePort } from '../servers/ports.ts'
import { startPostgres, type Postgres } from '../servers/postgres.ts'
import { baseDnOf } from '../servers/slapd.ts'
import { startLetterBox } from './letter-box.ts'

export type Door = { readonly host: string; readonly port: number }
export type Kind = 'embedded' | 'real'

/** What the demo stands on: its settings for Congvu, and the doors that a user may try. */
export type DemoServers = {
  readonly kind: Kind
  /** Without the public address and the port of the web service. */
  readonly env: Readonly<Record<string, string>>
  /** Pages to read the letters that left, and with the embedded servers all others too. */
  readonly mailPage: string
  readonly smtp: Door
  /** IMAP over TLS and submission with StartTLS; null where there are none. */
  readonly imap: Door | null
  readonly submission: Door | null
  /** The authority that signed the servers' certificates. */
  readonly caFile: string | null
  stop(): Promise<void>
}

export type DemoServersOptions = {
  readonly folder: string
  /** Durable, and on well-known ports where they are free: for a demo that is used. Else fast, and on any free ports. */
  readonly kept: boolean
  readonly say: (line: string) => void
}

export const DOMAIN = 'quangninh.gov.vn'
const DATABASE = 'congvu'

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL'))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** The first port from `wanted` on that nobody has, so that `localhost` leads to us on either protocol. */
export async function portFrom(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100; port++)
    if ((await isFree(port, '127.0.0.1')) && !(await answers(port))) return port
  throw new Error(`No free port between ${wanted} and ${wanted + 99}`)
}

/** The secrets of this folder, made at the first start and kept beside the data that they open. */
function secretsIn(folder: string): { readonly key: string; readonly directory: string } {
  const file = join(folder, 'demo-secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as { key: string; directory: string }
  const secrets = { key: randomBytes(32).toString('base64'), directory: randomBytes(18).toString('base64url') }
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

async function databaseOf(postgres: Postgres): Promise<string> {
  try {
    return await postgres.createDatabase(DATABASE)
  } catch (error) {
    // There already: a start with kept data.
    if ((error as { code?: unknown }).code === '42P04') return postgres.urlOf(DATABASE)
    throw error
  }
}

/** PostgreSQL that the last demo may still be ending is waited for. */
async function patientPostgres(folder: string, fast: boolean): Promise<Postgres> {
  for (let tries = 1; ; tries++) {
    try {
      return await startPostgres({ folder, fast })
    } catch (error) {
      if (tries === 4 || !String(error).includes('postmaster.pid')) throw error
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
}

/** Ends what was started, newest first, when a later part does not start. */
function stack() {
  const parts: (() => Promise<void>)[] = []
  return {
    add: (stop: () => Promise<void>) => void parts.push(stop),
    async stop() {
      for (const part of parts.splice(0).reverse()) await part()
    },
  }
}

/** PostgreSQL from npm, and a directory and a mail server in this process. No root, nothing to install. */
export async function startEmbedded({ folder, kept, say }: DemoServersOptions): Promise<DemoServers> {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const secrets = secretsIn(folder)
  const started = stack()
  try {
    const postgres = await patientPostgres(join(folder, 'postgres'), !kept)
    started.add(() => postgres.stop())
    const databaseUrl = await databaseOf(postgres)
    say(`PostgreSQL on port ${postgres.port}`)

    const baseDn = baseDnOf(DOMAIN)
    const bindDn = `cn=congvu,ou=services,${baseDn}`
    const bindPassword = secrets.directory
    const directory = await startEmbeddedDirectory({
      ...{ folder: join(folder, 'directory'), port: 0, baseDn, bindDn, bindPassword },
    })
    started.add(() => directory.stop())
    say(`Embedded directory on port ${directory.port}`)

    const ldap = { url: directory.url, ca: null, bindDn, bindPassword, baseDn, timeoutMs: 5_000, connections: 2 }
    const lookup = directoryLookup(ldap)
    started.add(() => lookup.close())
    const mailFolder = join(folder, 'mail')
    const returns = { address: `thu-tra-ve@${DOMAIN}`, port: kept ? await portFrom(2626) : await freePort() }
    const mail = await startEmbeddedMail({
      ...{ folder: mailFolder, domain: DOMAIN, resolve: lookup.receivers, returns },
      smtpPort: kept ? await portFrom(2525) : 0,
      webPort: kept ? await portFrom(8025) : 0,
    })
    started.add(() => mail.close())
    say(`Embedded mail server on port ${mail.smtpPort}, its pages on ${mail.webPort}`)

    return {
      kind: 'embedded',
      env: {
        DATABASE_URL: databaseUrl,
        CONGVU_SECRET_KEY: secrets.key,
        CONGVU_DOMAIN: DOMAIN,
        LDAP_URL: directory.url,
        LDAP_BIND_DN: bindDn,
        LDAP_BIND_PASSWORD: bindPassword,
        LDAP_BASE_DN: baseDn,
        MAIL_DRIVER: 'embedded',
        EMBEDDED_MAIL_FOLDER: mailFolder,
        SMTP_URL: `smtp://127.0.0.1:${mail.smtpPort}`,
        BOUNCE_ADDRESS: returns.address,
        BOUNCE_PORT: String(returns.port),
      },
      mailPage: `http://localhost:${mail.webPort}`,
      smtp: { host: '127.0.0.1', port: mail.smtpPort },
      ...{ imap: null, submission: null, caFile: null },
      stop: () => started.stop(),
    }
  } catch (error) {
    await started.stop()
    throw error
  }
}

/** Private slapd, Postfix and Dovecot with the configuration of `deploy/`; letters to elsewhere end on a page here. */
export async function startReal({ folder, kept, say }: DemoServersOptions): Promise<DemoServers> {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const secrets = secretsIn(folder)
  const started = stack()
  try {
    const servers = await startServers({ folder, domain: DOMAIN, fast: !kept })
    started.add(() => servers.stop())
    const databaseUrl = await databaseOf(servers.postgres)
    say(
      `PostgreSQL ${servers.postgres.port}, slapd ${servers.slapd.port}, Postfix ${servers.smtp.port}, Dovecot ${servers.imap.port}`,
    )
    const box = await startLetterBox({
      ...{ sink: servers.sink, folder: join(folder, 'letters'), domain: DOMAIN, inside: servers.smtp },
      webPort: kept ? await portFrom(8025) : 0,
    })
    started.add(() => box.close())
    say(`Pages of the letters that leave on port ${box.webPort}`)
    return {
      kind: 'real',
      env: { ...servers.env, DATABASE_URL: databaseUrl, CONGVU_SECRET_KEY: secrets.key },
      mailPage: `http://localhost:${box.webPort}`,
      smtp: servers.smtp,
      imap: servers.imap,
      submission: servers.submission,
      caFile: servers.caFile,
      stop: () => started.stop(),
    }
  } catch (error) {
    await started.stop()
    throw error
  }
}
