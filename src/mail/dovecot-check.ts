import { TargetFault } from '../kernel/fault.ts'
import type { Fault, Finding } from '../kernel/fault.ts'
import { EXIT, explain } from './doveadm.ts'
import type { Answer, Command, Doveadm } from './doveadm.ts'

const NEEDED = [
  'user',
  'fsIterDirs',
  'fsIter',
  'fsStat',
  'mailboxList',
  'mailboxCreate',
  'mailboxSubscribe',
  'mailboxStatus',
  'authCacheFlush',
  'kick',
  'who',
  'backup',
  'sync',
  'fsDelete',
  'dictGet',
]

/** What no directory knows, so that a look-up must reach it: only a directory that answers can say that nobody is there. */
const NOBODY = 'congvu-doctor-nobody'

/** `doctor`'s look at Dovecot: reachable, key, version, look-ups, mail home, clock. Never throws a TargetFault. */
export async function checkDovecot(server: Doveadm, mailHome: string, archiveHome: string): Promise<Finding[]> {
  const described = await faultOr(server.describe())
  if ('fault' in described) {
    const remedy =
      described.fault.kind === 'refused'
        ? 'Set DOVEADM_API_KEY to the value of doveadm_api_key in dovecot.conf, and DOVEADM_URL to its http listener'
        : 'Start Dovecot, and compare DOVEADM_URL and DOVEADM_CA_FILE with the http listener of its service doveadm'
    return [{ check: 'mail: doveadm', ok: false, detail: described.fault.detail, remedy }]
  }
  const { commands, clock } = described.value
  return [
    { check: 'mail: doveadm', ok: true, detail: `answers, and takes the key (${commands.size} commands)` },
    version(commands),
    plugin(commands, 'quotaGet', 'quota'),
    plugin(commands, 'aclGet', 'acl'),
    await sessions(server),
    await directory(server),
    await folder(server, 'mail: home folder', mailHome, 'DOVEADM_MAIL_HOME'),
    await folder(server, 'mail: archive folder', archiveHome, 'DOVEADM_ARCHIVE_HOME'),
    ...(clock === null ? [] : [clockFinding(clock)]),
  ]
}

const faultOr = <T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly fault: Fault }> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => {
      if (error instanceof TargetFault) return { fault: error.fault }
      throw error
    },
  )

/** One command that only looks: its answer, or what went wrong in words. */
async function ask(server: Doveadm, command: Command): Promise<Answer | string> {
  const asked = await faultOr(server.run([command], { mutates: false }))
  if ('fault' in asked) return asked.fault.detail
  return asked.value[0] ?? 'no answer'
}

/** doveadm tells no version over HTTP; the director's commands were taken out in 2.4. */
function version(commands: ReadonlySet<string>): Finding {
  const check = 'mail: Dovecot version'
  const missing = NEEDED.filter((name) => !commands.has(name))
  if (missing.length === 0 && commands.has('directorStatus')) return { check, ok: true, detail: '2.3' }
  return {
    check,
    ok: false,
    detail: missing.length > 0 ? `lacks the commands ${missing.join(', ')}` : 'looks like 2.4 or later',
    remedy:
      'Use Dovecot 2.3 (Debian 12): 2.4 has another configuration syntax, and the files in deploy/dovecot are for 2.3',
  }
}

const plugin = (commands: ReadonlySet<string>, command: string, name: string): Finding =>
  commands.has(command)
    ? { check: `mail: ${name}`, ok: true, detail: `the ${name} plugin is loaded` }
    : {
        check: `mail: ${name}`,
        ok: false,
        detail: `the ${name} plugin is not loaded`,
        remedy: `Add ${name} to mail_plugins at the top level of dovecot.conf`,
      }

/** Whether sessions can be seen, which those of a former holder must be. A process that has served mail runs as its owner. */
async function sessions(server: Doveadm): Promise<Finding> {
  const check = 'mail: sessions'
  const answer = await ask(server, ['who', { mask: [NOBODY] }])
  if (typeof answer !== 'string' && answer.ok) return { check, ok: true, detail: 'can be seen and ended' }
  return {
    check,
    ok: false,
    detail: typeof answer === 'string' ? answer : explain(answer.exitCode),
    remedy: 'Open the socket anvil to the owner of the mail (service anvil in deploy/dovecot/dovecot.conf)',
  }
}

async function directory(server: Doveadm): Promise<Finding> {
  const check = 'mail: Dovecot reads the directory'
  const answer = await ask(server, ['user', { userMask: [NOBODY] }])
  // A directory that is away keeps Dovecot waiting for longer than we do.
  const remedy = "Look at uris, dn, dnpass and tls in Dovecot's LDAP files, at slapd, and at Dovecot's log"
  if (typeof answer === 'string') return { check, ok: false, detail: answer, remedy }
  if (answer.ok)
    return {
      check,
      ok: false,
      detail: `Dovecot knows the user ${NOBODY}, whom the directory does not`,
      remedy: 'Let the directory be its only user database (no static userdb, no allow_all_users)',
    }
  if (answer.exitCode === EXIT.noSuchUser) return { check, ok: true, detail: 'a look-up is answered' }
  return { check, ok: false, detail: explain(answer.exitCode), remedy }
}

async function folder(server: Doveadm, check: string, path: string, setting: string): Promise<Finding> {
  const answer = await ask(server, ['fsStat', { fsDriver: 'posix', fsArgs: '', path }])
  if (typeof answer !== 'string' && answer.ok) return { check, ok: true, detail: path }
  return {
    check,
    ok: false,
    detail: `${path}: ${typeof answer === 'string' ? answer : explain(answer.exitCode)}`,
    remedy: `Make the folder on the mail server for the owner of the mail, or correct ${setting}`,
  }
}

function clockFinding(clock: Date): Finding {
  const seconds = Math.round(Math.abs(Date.now() - clock.getTime()) / 1000)
  const check = 'mail: clock'
  if (seconds <= 5) return { check, ok: true, detail: 'agrees with ours' }
  return {
    check,
    ok: false,
    detail: `${seconds} s apart from ours`,
    remedy: 'Let both machines keep time by NTP (chrony)',
  }
}
