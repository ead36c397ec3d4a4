import { access, constants, mkdir } from 'node:fs/promises'
import { TargetFault } from '../kernel/fault.ts'
import { embeddedKeeping } from './embedded-keeping.ts'
import { isLogin } from './login.ts'
import { maildrop } from './maildrop.ts'
import type { Place } from './maildrop.ts'
import type { Mailbox, MailOutcome, MailStore } from './mail.ts'

export { startEmbeddedMail } from './embedded-server.ts'
export type { EmbeddedMailServer, EmbeddedMailSettings } from './embedded-server.ts'

export type EmbeddedStoreSettings = {
  /** The folder that the embedded mail server writes to; it may run in another process. */
  readonly folder: string
  /** Of these logins, those of which the directory has a mailbox. Throws TargetFault when it cannot be asked. */
  readonly resolving: (logins: readonly string[]) => Promise<ReadonlySet<string>>
}

const placeOf = (login: string): Place => {
  if (!isLogin(login)) throw new TargetFault({ kind: 'refused', detail: `not a login: ${login}` })
  return { kind: 'mailboxes', name: login }
}

/** The demo's mail store: files in a folder, without IMAP and submission. */
export function embeddedMail(settings: EmbeddedStoreSettings): MailStore {
  const drop = maildrop(settings.folder)

  const ensureOne = async ({ login, mail, quotaMb }: Mailbox, known: ReadonlySet<string>): Promise<MailOutcome> => {
    try {
      const place = placeOf(login)
      if (!known.has(login))
        return { status: 'fault', fault: { kind: 'refused', detail: `${login}: the directory has no such mailbox` } }
      const made = await drop.make(place, { mail, quotaMb })
      const noted = await drop.settings(place)
      if (noted?.quotaMb === quotaMb) return { status: made ? 'created' : 'unchanged' }
      return { status: 'fault', fault: { kind: 'refused', detail: `${login}: the quota could not be read back` } }
    } catch (error) {
      if (error instanceof TargetFault) return { status: 'fault', fault: error.fault }
      return { status: 'fault', fault: { kind: 'unreachable', detail: `${settings.folder}: ${String(error)}` } }
    }
  }

  return {
    capabilities: {
      vendor: 'embedded',
      imap: false,
      submission: false,
      quota: true,
      access: false,
      sessions: false,
      lastSignIn: false,
      reply: false,
    },
    async ensure(mailboxes) {
      try {
        const known = await settings.resolving(mailboxes.map(({ login }) => login).filter(isLogin))
        return await Promise.all(mailboxes.map((each) => ensureOne(each, known)))
      } catch (error) {
        if (!(error instanceof TargetFault)) throw error
        const { fault } = error
        return mailboxes.map(() => ({ status: 'fault', fault }))
      }
    },
    async occupied(logins) {
      const found = await Promise.all(logins.map(async (login) => ((await drop.exists(placeOf(login))) ? [login] : [])))
      return new Set(found.flat())
    },
    endSessions: () => Promise.resolve(),
    async usage(login) {
      const place = placeOf(login)
      if (!(await settings.resolving([login])).has(login))
        throw new TargetFault({ kind: 'refused', detail: `${login}: the directory has no such mailbox` })
      const letters = await drop.letters(place)
      const noted = await drop.settings(place)
      return {
        usedBytes: letters.reduce((sum, letter) => sum + letter.bytes, 0),
        quotaBytes: (noted?.quotaMb ?? 0) * 1024 ** 2,
        messages: letters.length,
      }
    },
    ...embeddedKeeping(settings.folder),
    async check() {
      try {
        await mkdir(settings.folder, { recursive: true })
        await access(settings.folder, constants.R_OK | constants.W_OK)
        return [{ check: 'mail: embedded store', ok: true, detail: settings.folder }]
      } catch (error) {
        const remedy = 'Set EMBEDDED_MAIL_FOLDER to a folder that this user may write'
        return [{ check: 'mail: embedded store', ok: false, detail: String(error), remedy }]
      }
    },
    close: () => Promise.resolve(),
  }
}
