import { TargetFault } from '../kernel/fault.ts'
import { accessChanges, listsOf } from './dovecot-access.ts'
import { limitOf, lookAt, parseFolders, userHome } from './dovecot-mailbox.ts'
import { namesIn, posix } from './dovecot-purge.ts'
import { doveadm, EXIT, explain, kindOf } from './doveadm.ts'
import type { Answer, DoveadmSettings } from './doveadm.ts'
import { isLogin } from './login.ts'
import { FOLDERS, type Mailbox } from './mail.ts'
import type { MailDifference, MailSurvey } from './survey.ts'

/** Listing a hundred thousand homes takes longer than a look at one mailbox. */
const LIST_MS = 60_000
const BATCH = 50

/** Dovecot 2.3, read over doveadm's HTTP API. */
export function dovecotSurvey(settings: DoveadmSettings & { readonly mailHome: string }): MailSurvey {
  const mailHome = settings.mailHome.replace(/\/+$/, '')
  const server = doveadm({ ...settings, timeoutMs: Math.max(settings.timeoutMs, LIST_MS) })

  async function inspectBatch(mailboxes: readonly Mailbox[]): Promise<MailDifference[][]> {
    const commands = mailboxes.flatMap(({ login }) => lookAt(login, `${mailHome}/${login}`))
    const answers = await server.run(commands, { mutates: false })
    const each = commands.length / mailboxes.length
    const shared = mailboxes.filter((mailbox) => mailbox.access !== undefined)
    const lists = await listsOf(
      server,
      shared.map((mailbox) => ({ ...mailbox, access: mailbox.access ?? [] })),
    )
    return mailboxes.map((mailbox, index) => {
      const found = differencesOf(
        mailbox,
        `${mailHome}/${mailbox.login}`,
        answers.slice(index * each, (index + 1) * each),
      )
      const list = lists[shared.indexOf(mailbox)]
      if (list?.fault) throw new TargetFault(list.fault)
      const changes = list ? accessChanges(mailbox.login, mailbox.access ?? [], list.lists) : []
      if (changes.length === 0) return found
      const who = changes.map(([name, { mailbox: folder, id }]) => `${name} ${String(folder)} ${String(id)}`)
      return [...found, { attribute: 'access', is: who, should: (mailbox.access ?? []).map(({ login }) => login) }]
    })
  }

  return {
    async homes() {
      const [root] = await server.run([['fsStat', posix(mailHome)]], { mutates: false })
      if (root?.ok === false) {
        const lost = root.exitCode === EXIT.notFound
        const detail = lost ? `the mail server has no folder ${mailHome} (DOVEADM_MAIL_HOME)` : explain(root.exitCode)
        throw new TargetFault({ kind: kindOf(root.exitCode), detail })
      }
      const [names = []] = await namesIn(server, 'fsIterDirs', [mailHome])
      return new Set(names)
    },

    async inspect(mailboxes) {
      for (const { login } of mailboxes)
        if (!isLogin(login)) throw new TargetFault({ kind: 'refused', detail: `not a login: ${login}` })
      const found: MailDifference[][] = []
      for (let start = 0; start < mailboxes.length; start += BATCH)
        found.push(...(await inspectBatch(mailboxes.slice(start, start + BATCH))))
      return found
    },
  }
}

/** A mailbox that Dovecot does not know has no home for it; whatever else keeps it from answering is a fault. */
function differencesOf(mailbox: Mailbox, home: string, answers: readonly Answer[]): MailDifference[] {
  const [user, , list, quota] = answers
  const failed = answers.find((answer) => !answer.ok && answer.exitCode !== EXIT.noSuchUser)
  if (failed?.ok === false)
    throw new TargetFault({ kind: kindOf(failed.exitCode), detail: `${mailbox.login}: ${explain(failed.exitCode)}` })
  const found: MailDifference[] = []
  const itsHome = user?.ok ? userHome(user.answer) : null
  if (itsHome !== home) found.push({ attribute: 'home', is: itsHome === null ? [] : [itsHome], should: [home] })
  if (itsHome === null) return found
  const missing = list?.ok ? parseFolders(list.answer).missing : FOLDERS
  if (missing.length > 0)
    found.push({ attribute: 'folders', is: FOLDERS.filter((folder) => !missing.includes(folder)), should: FOLDERS })
  const limit = quota?.ok ? limitOf(quota.answer) : 0
  if (limit !== mailbox.quotaMb)
    found.push({ attribute: 'quota', is: [String(limit)], should: [String(mailbox.quotaMb)] })
  return found
}
