import type { PersonActor } from '../../src/access/policy.ts'
import type { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Services } from '../../src/main/compose.ts'
import type { PersonDetails } from '../../src/requests/details.ts'
import type { Sink } from '../../scripts/servers/sink.ts'
import { approveAs, someDetails, submitted, unique } from './system.ts'
import { until } from './waiting.ts'

export const PASSWORD = 'sóng biển Cô Tô lặng gió'

export type Mailbox = {
  readonly id: AccountId
  readonly login: string
  readonly mail: string
  /** The private address to which the one-time link went. */
  readonly contact: string
}

/** A submitted request with a private address of its own. */
export async function applied(
  services: Services,
  unitId: UnitId,
  more: Partial<PersonDetails> & { fullName?: string } = {},
): Promise<{ request: RequestId; contact: string }> {
  const contact = `rieng${unique()}@example.com`
  return { request: await submitted(services, someDetails(unitId, more), contact), contact }
}

/** An account that was approved; whether anything of it exists on the servers is the worker's business. */
export async function issued(
  services: Services,
  by: PersonActor,
  unitId: UnitId,
  more: Partial<PersonDetails> & { fullName?: string } = {},
): Promise<Mailbox> {
  const { request, contact } = await applied(services, unitId, more)
  return mailboxOf(services, await approveAs(services, by, request), contact)
}

export async function mailboxOf(services: Services, id: AccountId, contact: string): Promise<Mailbox> {
  const { prisma } = services.database
  const account = await prisma.account.findUniqueOrThrow({ where: { id } })
  const address = await prisma.address.findFirstOrThrow({
    where: { holderKind: 'account', holderId: id, role: 'primary', state: 'live' },
  })
  return { id, login: account.login, mail: `${address.local}@${services.config.organisation.domain}`, contact }
}

/** Waits until every target has what is wanted of the account, read back. */
export const inStep = (services: Services, id: AccountId, ms = 10_000): Promise<unknown> =>
  until(
    `account ${id} on every target`,
    async () => {
      const rows = await services.sync.rows({ kind: 'account', id })
      return rows.length === 2 && rows.every((row) => row.applied >= row.wanted && row.verifiedAt !== null)
    },
    ms,
  )

/** The secret in the newest letter with a link to an address. */
export async function linkIn(sink: Sink, contact: string, after: readonly string[] = []): Promise<string> {
  const found = /\/kich-hoat\/([\w-]{40,})/
  const letter = await sink.waitFor(contact, ({ text }) => {
    const secret = found.exec(text)?.[1]
    return secret !== undefined && !after.includes(secret)
  })
  return found.exec(letter.text)?.[1] ?? ''
}

/** Chooses the first password through the mailed link, and waits for the directory to have it. */
export async function activate(services: Services, sink: Sink, who: Mailbox, password = PASSWORD): Promise<void> {
  const set = await services.accounts.activate(await linkIn(sink, who.contact), password, password)
  if (!set.ok) throw new Error(`refused: ${JSON.stringify(set.refusal)}`)
  if (!(await services.accounts.inDirectory(who.id, set.value.revision, 10_000)))
    throw new Error('The directory does not have the password')
}

/** Approved, provisioned and activated: somebody who works with their mailbox. Needs a worker. */
export async function atWork(
  services: Services,
  sink: Sink,
  by: PersonActor,
  unitId: UnitId,
  more: Partial<PersonDetails> & { fullName?: string } = {},
): Promise<Mailbox> {
  const who = await issued(services, by, unitId, more)
  await activate(services, sink, who)
  await inStep(services, who.id)
  return who
}
