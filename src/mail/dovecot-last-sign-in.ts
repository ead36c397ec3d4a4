import { z } from 'zod'
import { TargetFault } from '../kernel/fault.ts'
import { EXIT, explain, kindOf } from './doveadm.ts'
import type { Command, Doveadm } from './doveadm.ts'

const Value = z.array(z.object({ value: z.coerce.number().int().positive() }))

/** What the plugin `last_login` has noted in each home, in seconds; nothing for whom it has noted nothing. */
export async function lastSignInsOf(
  server: Doveadm,
  logins: readonly string[],
  homeOf: (login: string) => string,
): Promise<[string, Date][]> {
  const commands = logins.map((user): Command => [
    'dictGet',
    { user, dictUri: `file:${homeOf(user)}/last-login`, key: `shared/last-login/${user}` },
  ])
  const answers = await server.run(commands, { mutates: false })
  return answers.flatMap((answer, index): [string, Date][] => {
    if (!answer.ok) {
      if (answer.exitCode === EXIT.notFound) return []
      throw new TargetFault({ kind: kindOf(answer.exitCode), detail: explain(answer.exitCode) })
    }
    const seconds = Value.safeParse(answer.answer).data?.[0]?.value
    return seconds === undefined ? [] : [[logins[index] ?? '', new Date(seconds * 1000)]]
  })
}
