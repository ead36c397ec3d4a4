import { TargetFault } from '../kernel/fault.ts'
import type { Fault } from '../kernel/fault.ts'
import { doveadm, EXIT, explain, kindOf } from './doveadm.ts'
import type { Answer, Command, Doveadm, DoveadmSettings } from './doveadm.ts'
import { ensureAccess } from './dovecot-access.ts'
import { checkDovecot } from './dovecot-check.ts'
import { dovecotKeeping } from './dovecot-keeping.ts'
import { endSessions } from './dovecot-sessions.ts'
import { isLogin } from './login.ts'
import { lookAt, parseFolders, quotaOf, wrongWith } from './dovecot-mailbox.ts'
import { posix } from './dovecot-purge.ts'
import { FOLDERS } from './mail.ts'
import type { Mailbox, MailOutcome, MailStore } from './mail.ts'

export type DovecotSettings = DoveadmSettings & {
  /** The folder on the mail server that holds one home a login, as Dovecot's user database builds it. */
  readonly mailHome: string
  /** The folder on the mail server where archives are kept; the owner of the mail must be able to write there. */
  readonly archiveHome: string
}

/** Mailboxes a POST: four commands each, and FACTS of 2.3.19 say that some 200 commands are the best size. */
const BATCH = 50

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

const faultOf = (error: unknown): Fault => {
  if (error instanceof TargetFault) return error.fault
  throw error
}

const faults = (mailboxes: readonly Mailbox[], fault: Fault): MailOutcome[] =>
  mailboxes.map(() => ({ status: 'fault', fault }))

const refusedCode = (answers: readonly Answer[]): number | null =>
  answers.find((answer) => !answer.ok)?.exitCode ?? null

/**
 * Dovecot 2.3, driven over doveadm's HTTP API. Dovecot finds its users in the directory by itself; `ensure` proves for
 * each that it resolves to its own home, has its folders and its quota, and makes the folders that are missing. One
 * round trip for a mailbox that is well or whose folders Dovecot makes by itself (`auto = subscribe`), two otherwise.
 *
 * A user or quota that is not (yet) as wanted may be an old answer in Dovecot's auth cache: the cache is flushed for it
 * and it is looked at once more, before it is refused. (With a cache, its socket auth-master must be open to the owner of
 * the mail, as whom a used doveadm process runs: else the flush does nothing, and says so only in the log.)
 * Exit code 75 (the directory or the store is away) is `unreachable`: nothing was done and it may be tried again;
 * 67 (no such user) and all others are `refused`.
 */
export function dovecotMail(settings: DovecotSettings): MailStore {
  const mailHome = settings.mailHome.replace(/\/+$/, '')
  const server = doveadm(settings)
  const keeping = dovecotKeeping({ ...settings, mailHome })
  const homeOf = (login: string): string => `${mailHome}/${login}`

  const look = async (mailboxes: readonly Mailbox[]) => {
    const commands = mailboxes.flatMap(({ login }) => lookAt(login, homeOf(login)))
    const answers = await server.run(commands, { mutates: false })
    const each = commands.length / Math.max(mailboxes.length, 1)
    return mailboxes.map((mailbox, index) => ({
      mailbox,
      ...wrongWith(mailbox, homeOf(mailbox.login), answers.slice(index * each, (index + 1) * each)),
    }))
  }

  const lookPastTheCache = async (mailboxes: readonly Mailbox[]) => {
    const first = await look(mailboxes)
    const stale = first.filter((seen) => seen.perhapsCached).map((seen) => seen.mailbox)
    if (stale.length === 0) return first
    await server.run([['authCacheFlush', { user: stale.map(({ login }) => login) }]], { mutates: false })
    const second = new Map((await look(stale)).map((seen) => [seen.mailbox, seen]))
    return first.map((seen) => ({ ...(second.get(seen.mailbox) ?? seen), fresh: seen.fresh }))
  }

  /** Makes the missing folders and reads back; answers what is still wrong with each, or null. */
  const complete = async (wanting: readonly { mailbox: Mailbox; missing: readonly string[] }[]) => {
    const commands = wanting.flatMap(({ mailbox: { login: user }, missing }): Command[] => [
      ['mailboxCreate', { user, mailbox: missing }],
      ['mailboxSubscribe', { user, mailbox: FOLDERS }],
      ['mailboxList', { user, mailboxMask: FOLDERS }],
    ])
    const answers = await server.run(commands, { mutates: true })
    return wanting.map((_, index): Fault | null => {
      const [create, , list] = answers.slice(index * 3, index * 3 + 3)
      // Whether it exists is for the list to say: `create` also fails where another worker was quicker.
      if (list?.ok && parseFolders(list.answer).missing.length === 0) return null
      const code = refusedCode([create, list].filter((answer) => answer !== undefined))
      if (code === null)
        return { kind: 'refused', detail: 'Dovecot said that it made the folders, and they are not there' }
      return { kind: kindOf(code), detail: `folders: ${explain(code)}` }
    })
  }

  /** The access lists of those mailboxes that people share and that are well so far. */
  const withAccess = async (mailboxes: readonly Mailbox[], outcomes: readonly MailOutcome[]) => {
    const shared = mailboxes.flatMap(({ access, ...mailbox }, index) =>
      access && outcomes[index]?.status !== 'fault' ? [{ index, mailbox: { ...mailbox, access } }] : [],
    )
    if (shared.length === 0) return [...outcomes]
    const done = await ensureAccess(
      server,
      shared.map(({ mailbox }) => mailbox),
    ).catch((error: unknown) => shared.map(() => ({ changed: false, fault: faultOf(error) })))
    const all = [...outcomes]
    for (const [n, { index }] of shared.entries()) {
      const { changed = false, fault = null } = done[n] ?? {}
      if (fault !== null) all[index] = { status: 'fault', fault }
      else if (changed && all[index]?.status === 'unchanged') all[index] = { status: 'changed' }
    }
    return all
  }

  const ensureBatch = async (mailboxes: readonly Mailbox[]): Promise<MailOutcome[]> => {
    const seen = await lookPastTheCache(mailboxes)
    const wanting = seen.filter(({ fault, missing }) => fault === null && missing.length > 0)
    const made = await complete(wanting).catch((error: unknown) => wanting.map(() => faultOf(error)))
    const afterwards = new Map(wanting.map(({ mailbox }, index) => [mailbox, made[index] ?? null]))
    const outcomes = seen.map(({ mailbox, fault, fresh, missing }): MailOutcome => {
      const trouble = fault ?? afterwards.get(mailbox) ?? null
      if (trouble !== null) return { status: 'fault', fault: trouble }
      return { status: fresh || missing.length > 0 ? 'created' : 'unchanged' }
    })
    return withAccess(mailboxes, outcomes)
  }

  return {
    capabilities: {
      vendor: 'Dovecot 2.3',
      imap: true,
      submission: true,
      quota: true,
      access: true,
      sessions: true,
      lastSignIn: true,
      reply: true,
    },

    async ensure(mailboxes) {
      const outcomes = new Map<Mailbox, MailOutcome>()
      for (const mailbox of mailboxes)
        if (!isLogin(mailbox.login))
          outcomes.set(mailbox, {
            status: 'fault',
            fault: { kind: 'refused', detail: `not a login: ${mailbox.login}` },
          })
      const sound = [...new Set(mailboxes)].filter((mailbox) => !outcomes.has(mailbox))
      const away: Fault[] = []
      const batches = chunks(sound, BATCH)
      const lane = async (): Promise<void> => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) {
          const these = batch
          // Once it is unreachable, the other batches would each wait for their own deadline only to hear the same.
          const results = away[0]
            ? faults(these, away[0])
            : await ensureBatch(these).catch((error: unknown) => {
                const fault = faultOf(error)
                if (fault.kind === 'unreachable') away.push(fault)
                return faults(these, fault)
              })
          these.forEach((mailbox, index) => outcomes.set(mailbox, results[index] ?? UNANSWERED))
        }
      }
      // Two POSTs at a time are a third faster than one; more gain nothing (2.3.19 on two cores).
      await Promise.all([lane(), lane()])
      return mailboxes.map((mailbox) => outcomes.get(mailbox) ?? UNANSWERED)
    },

    async occupied(logins) {
      const found = new Set<string>()
      for (const login of logins)
        if (!isLogin(login)) throw new TargetFault({ kind: 'refused', detail: `not a login: ${login}` })
      for (const batch of chunks(logins, 200)) await occupiedHomes(server, mailHome, batch, found)
      return found
    },

    endSessions: (logins) => endSessions(server, logins),

    async usage(login) {
      if (!isLogin(login)) throw new TargetFault({ kind: 'refused', detail: `not a login: ${login}` })
      const [quota] = await server.run([['quotaGet', { user: login }]], { mutates: false })
      if (quota?.ok) return quotaOf(quota.answer)
      const code = quota?.exitCode ?? EXIT.temporary
      throw new TargetFault({ kind: kindOf(code), detail: `${login}: ${explain(code)}` })
    },

    ...keeping.verbs,

    check: () => checkDovecot(server, mailHome, settings.archiveHome),
    close() {
      server.close()
      keeping.close()
      return Promise.resolve()
    },
  }
}

const UNANSWERED: MailOutcome = {
  status: 'fault',
  fault: { kind: 'outcome-unknown', detail: 'Dovecot left this mailbox out of its answer' },
}

/**
 * Which homes hold anything, by folders and by files: `fsIterDirs` and `fsIter` of a path that is not there are empty
 * and quiet, where `fsStat` would write an error to Dovecot's log for each new account. A thousand of them take 10 ms.
 */
async function occupiedHomes(
  server: Doveadm,
  mailHome: string,
  logins: readonly string[],
  found: Set<string>,
): Promise<void> {
  const commands = logins.flatMap((login): Command[] => [
    ['fsIterDirs', posix(`${mailHome}/${login}`)],
    ['fsIter', posix(`${mailHome}/${login}`)],
  ])
  // The homes' folder itself must be there: else a store that is not mounted would look like one without mailboxes.
  const [root, ...answers] = await server.run([['fsStat', posix(mailHome)], ...commands], { mutates: false })
  if (root?.ok === false) {
    const detail =
      root.exitCode === EXIT.notFound
        ? `the mail server has no folder ${mailHome} (DOVEADM_MAIL_HOME)`
        : explain(root.exitCode)
    throw new TargetFault({ kind: kindOf(root.exitCode), detail })
  }
  const code = refusedCode(answers)
  if (code !== null) throw new TargetFault({ kind: kindOf(code), detail: `homes below ${mailHome}: ${explain(code)}` })
  logins.forEach((login, index) => {
    const holds = answers
      .slice(index * 2, index * 2 + 2)
      .some((answer) => answer.ok && Array.isArray(answer.answer) && answer.answer.length > 0)
    if (holds) found.add(login)
  })
}
