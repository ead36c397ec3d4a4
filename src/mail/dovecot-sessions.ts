import { setTimeout as pause } from 'node:timers/promises'
import { TargetFault } from '../kernel/fault.ts'
import { EXIT, explain, kindOf } from './doveadm.ts'
import type { Command, Doveadm } from './doveadm.ts'
import { isLogin } from './login.ts'

/** How often, and after how many milliseconds each, it is looked whether sessions are over. */
const LOOKS = 20
const PAUSE_MS = 100
const LOGINS = 100

/**
 * Ends the running sessions of these logins, and forgets what the cache knows of them, so that the next sign-in asks the
 * directory. Done when nobody of them is seen connected any more. Throws TargetFault.
 */
export async function endSessions(server: Doveadm, logins: readonly string[]): Promise<void> {
  const odd = logins.find((login) => !isLogin(login))
  if (odd !== undefined) throw new TargetFault({ kind: 'refused', detail: `not a login: ${odd}` })
  for (let start = 0; start < logins.length; start += LOGINS) await end(server, logins.slice(start, start + LOGINS))
}

async function end(server: Doveadm, logins: readonly string[]): Promise<void> {
  await server.run([['authCacheFlush', { user: logins }]], { mutates: false })
  let left = logins
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await pause(PAUSE_MS)
    const commands = left.flatMap((login): Command[] => [
      ['kick', { mask: [login] }],
      ['who', { mask: [login] }],
    ])
    // Ending them twice does no harm, so a cut leaves nothing unknown.
    const answers = await server.run(commands, { mutates: false })
    left = left.filter((_, index) => {
      const [kicked, who] = answers.slice(index * 2, index * 2 + 2)
      for (const answer of [kicked, who])
        // Nobody to be ended is well.
        if (answer?.ok === false && answer.exitCode !== EXIT.notFound)
          throw new TargetFault({ kind: kindOf(answer.exitCode), detail: `sessions: ${explain(answer.exitCode)}` })
      return who?.ok === true && Array.isArray(who.answer) && who.answer.length > 0
    })
    if (left.length === 0) return
  }
  throw new TargetFault({ kind: 'refused', detail: `sessions of ${left.join(', ')} cannot be ended` })
}
