import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TargetFault } from '../kernel/fault.ts'
import { isLogin } from './login.ts'
import { FOLDERS } from './mail.ts'
import { maildrop } from './maildrop.ts'
import type { MailDifference, MailSurvey } from './survey.ts'

/** The demo's mail store, read from its folder. */
export function embeddedSurvey(folder: string): MailSurvey {
  const drop = maildrop(folder)
  const mailboxes = join(folder, 'mailboxes')

  return {
    async homes() {
      try {
        await readdir(folder)
      } catch (cause) {
        throw new TargetFault({ kind: 'unreachable', detail: `there is no folder ${folder}` }, { cause })
      }
      return new Set(await readdir(mailboxes).catch(() => []))
    },

    inspect: (asked) =>
      Promise.all(
        asked.map(async ({ login, quotaMb }): Promise<MailDifference[]> => {
          if (!isLogin(login)) throw new TargetFault({ kind: 'refused', detail: `not a login: ${login}` })
          const noted = await drop.settings({ kind: 'mailboxes', name: login })
          const there = await readdir(join(mailboxes, login)).catch((): string[] => [])
          const folders = FOLDERS.filter((name) => there.includes(name))
          const quota = String(noted?.quotaMb ?? 0)
          return [
            ...(folders.length < FOLDERS.length
              ? [{ attribute: 'folders' as const, is: folders, should: FOLDERS }]
              : []),
            ...(quota === String(quotaMb)
              ? []
              : [{ attribute: 'quota' as const, is: [quota], should: [String(quotaMb)] }]),
          ]
        }),
      ),
  }
}
