import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificates } from './certificates.ts'
import { daemon, listens } from './daemon.ts'
import type { Daemon } from './daemon.ts'
import { fillFiles } from './fill.ts'
import { group, user } from './users.ts'

export type Postfix = Daemon & {
  /** Mail from outside. */
  readonly smtpPort: number
  /** People's mail programs: StartTLS, then a password. */
  readonly submissionPort: number
  /** The folder of its configuration, for `postqueue -c`. */
  readonly configFolder: string
  readonly logFile: string
}

export type PostfixOptions = {
  readonly folder: string
  readonly smtpPort: number
  readonly submissionPort: number
  readonly domain: string
  readonly certificates: Certificates
  readonly ldap: { readonly url: string; readonly baseDn: string; readonly password: string }
  readonly dovecotRunFolder: string
  /** Where it asks who may write to lists with named senders: host:port. */
  readonly posting: string
  /** Where mail to other domains goes: host:port. */
  readonly relay: string
  /** Who may hand in mail without a password; not even this machine, without. */
  readonly networks?: string | undefined
  /** Where Congvu takes in letters that come back: host:port. */
  readonly returns: string
}

const FILES = [
  'main.cf',
  'master.cf',
  'submission-headers',
  'returns',
  'ldap-mailboxes.cf',
  'ldap-aliases.cf',
  'ldap-groups.cf',
  'ldap-senders.cf',
  'ldap-own-senders.cf',
  'ldap-own-lists.cf',
  'ldap-lists-inside.cf',
  'ldap-lists-named.cf',
]
const QUEUES = [
  'active',
  'bounce',
  'corrupt',
  'defer',
  'deferred',
  'flush',
  'hold',
  'incoming',
  'private',
  'saved',
  'trace',
]

/** The queue folders that `postfix start` would make, with the owners that it insists on. */
function makeQueue(queue: string) {
  const postfix = user('postfix')
  if (!postfix) throw new Error('There is no user postfix; is the Debian package postfix installed?')
  const make = (name: string, mode: number, gid = 0) => {
    const path = join(queue, name)
    mkdirSync(path, { recursive: true })
    chownSync(path, postfix.uid, gid)
    chmodSync(path, mode)
  }
  mkdirSync(join(queue, 'pid'), { recursive: true, mode: 0o755 })
  for (const name of QUEUES) make(name, 0o700)
  const drop = group('postdrop') ?? 0
  make('maildrop', 0o730, drop)
  make('public', 0o710, drop)
}

/** A private Postfix with the configuration of `deploy/postfix`. Root only. Its queue is kept in the folder. */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const { folder, smtpPort, submissionPort, certificates, ldap } = options
  const at = (name: string) => join(folder, name)
  makeQueue(at('queue'))
  for (const name of ['conf', 'data']) mkdirSync(at(name), { recursive: true, mode: 0o755 })
  chownSync(at('data'), user('postfix')?.uid ?? 0, 0)
  const logFile = at('postfix.log')
  fillFiles(
    FILES.map((file) => `postfix/${file}`),
    at('conf'),
    {
      QUEUE: at('queue'),
      DATA: at('data'),
      CONF: at('conf'),
      LOG: logFile,
      LOG_PREFIX: folder,
      LISTEN: '127.0.0.1',
      SMTP_PORT: smtpPort,
      SUBMISSION_PORT: submissionPort,
      HOSTNAME: `mail.${options.domain}`,
      DOMAIN: options.domain,
      MYNETWORKS: options.networks ?? '',
      BOUNCE_LOCAL: 'thu-tra-ve',
      BOUNCE_DOOR: options.returns,
      RELAYHOST: options.relay,
      DOVECOT_RUN: options.dovecotRunFolder,
      POSTING_SERVICE: options.posting,
      CA_FILE: certificates.caFile,
      CERT_FILE: certificates.certFile,
      KEY_FILE: certificates.keyFile,
      LDAP_URL: ldap.url,
      BASE_DN: ldap.baseDn,
      POSTFIX_PASSWORD: ldap.password,
    },
  )
  for (const file of FILES) {
    // Postfix's services read them as user postfix; those with a password are nobody else's.
    chownSync(join(at('conf'), file), 0, user('postfix')?.gid ?? 0)
    chmodSync(join(at('conf'), file), file.startsWith('ldap-') ? 0o640 : 0o644)
  }
  const server = daemon({
    name: 'Postfix',
    // What `postfix start` starts after a second of checking a system-wide installation.
    command: '/usr/lib/postfix/sbin/master',
    args: ['-c', at('conf')],
    log: logFile,
    signal: 'SIGTERM',
    ready: async () => (await listens(smtpPort)) && (await listens(submissionPort)),
  })
  await server.start()
  return { ...server, smtpPort, submissionPort, configFolder: at('conf'), logFile }
}
