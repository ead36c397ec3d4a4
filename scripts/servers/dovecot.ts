import { execFile } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Certificates } from './certificates.ts'
import { daemon, listens } from './daemon.ts'
import type { Daemon } from './daemon.ts'
import { fillFiles } from './fill.ts'
import { user } from './users.ts'

const run = promisify(execFile)

export type Dovecot = Daemon & {
  /** IMAP over TLS from the first byte. */
  readonly imapPort: number
  /** The administration interface; POST /doveadm/v1. */
  readonly url: string
  readonly apiKey: string
  readonly mailHome: string
  /** Where Postfix finds the sockets `lmtp-postfix` and `auth-postfix`. */
  readonly runFolder: string
  readonly logFile: string
  /** Runs the `doveadm` command on this instance and answers what it prints. */
  doveadm(...args: string[]): Promise<string>
}

export type DovecotOptions = {
  readonly folder: string
  readonly imapPort: number
  readonly doveadmPort: number
  readonly domain: string
  readonly certificates: Certificates
  readonly ldap: { readonly url: string; readonly baseDn: string; readonly password: string }
  readonly apiKey: string
  /** Where automatic replies are handed in. */
  readonly smtpPort: number
  readonly fast?: boolean
}

const SCRIPT = 'automatic-reply.sieve'

/** Where this instance of Dovecot opens its sockets. */
export const runFolderOf = (folder: string) => join(folder, 'run')

/** A private Dovecot with the configuration of `deploy/dovecot`; a folder used before keeps its mail. */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const { folder, imapPort, doveadmPort, smtpPort, certificates, ldap, apiKey } = options
  const at = (name: string) => join(folder, name)
  for (const name of ['run', 'state', 'mail', 'mail-archive', 'conf'])
    mkdirSync(at(name), { recursive: true, mode: 0o755 })
  const owner = user('vmail') ?? user('mail') ?? { uid: 8, gid: 8 }
  chownSync(at('mail'), owner.uid, owner.gid)
  chownSync(at('mail-archive'), owner.uid, owner.gid)
  chownSync(at('state'), owner.uid, owner.gid)
  const logFile = at('dovecot.log')
  const files = ['dovecot.conf', 'dovecot-ldap.conf.ext', 'dovecot-ldap-users.conf.ext', 'dovecot-acls', SCRIPT]
  fillFiles(
    files.map((file) => `dovecot/${file}`),
    at('conf'),
    {
      RUN: runFolderOf(folder),
      STATE: at('state'),
      LOG: logFile,
      CONF: at('conf'),
      LISTEN: '127.0.0.1',
      DOVEADM_LISTEN: '127.0.0.1',
      DOVEADM_PORT: doveadmPort,
      DOVEADM_API_KEY: apiKey,
      IMAPS_PORT: imapPort,
      SMTP_HOST: `127.0.0.1:${smtpPort}`,
      DOMAIN: options.domain,
      MAIL_HOME: at('mail'),
      MAIL_UID: owner.uid,
      MAIL_GID: owner.gid,
      AUTH_FAILURE_DELAY: options.fast ? '0' : '2 secs',
      MAIL_FSYNC: options.fast ? 'never' : 'optimized',
      CA_FILE: certificates.caFile,
      CERT_FILE: certificates.certFile,
      KEY_FILE: certificates.keyFile,
      LDAP_URL: ldap.url,
      BASE_DN: ldap.baseDn,
      DOVECOT_PASSWORD: ldap.password,
    },
  )
  const config = join(at('conf'), 'dovecot.conf')
  const script = join(at('conf'), SCRIPT)
  await run('/usr/bin/sievec', ['-c', config, script])
  // They are read by what runs as the owner of the mail.
  for (const file of [join(at('conf'), 'dovecot-acls'), script, script.replace(/sieve$/, 'svbin')])
    chmodSync(file, 0o644)
  const server = daemon({
    name: 'Dovecot',
    command: '/usr/sbin/dovecot',
    args: ['-F', '-c', config],
    log: logFile,
    signal: 'SIGTERM',
    ready: async () => (await listens(imapPort)) && (await listens(doveadmPort)),
  })
  await server.start()
  return {
    ...server,
    imapPort,
    url: `https://127.0.0.1:${doveadmPort}`,
    apiKey,
    mailHome: at('mail'),
    runFolder: runFolderOf(folder),
    logFile,
    async doveadm(...args) {
      return (await run('/usr/bin/doveadm', ['-c', config, ...args])).stdout
    },
  }
}
