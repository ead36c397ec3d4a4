import { randomUUID } from 'node:crypto'
import type { PersonActor } from '../../src/access/policy.ts'
import { days, hours, later, minutes } from '../../src/kernel/clock.ts'
import { AccountId, type RequestId } from '../../src/kernel/ids.ts'
import { dueAfter, type Calendar } from '../../src/calendar/working-days.ts'
import { IDENTITIES, type Identity } from '../../src/requests/request.ts'
import { REJECTED, RETURNED } from './comments.ts'
import type { Someone } from './people.ts'
import { allowed, ok, PASSWORD, tidier, workday, type MadeUnit, type Seeding } from './seeding.ts'

export const OUTCOMES = [
  ...(['draft', 'submitted', 'due-soon', 'overdue', 'returned', 'resubmitted', 'approved', 'activated'] as const),
  ...(['rejected', 'withdrawn', 'expired'] as const),
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** How many requests end so. */
export const HOW_MANY: Readonly<Record<Outcome, number>> = {
  ...{ draft: 3, submitted: 9, 'due-soon': 4, overdue: 4, returned: 4, resubmitted: 3, approved: 5, activated: 8 },
  ...{ rejected: 4, withdrawn: 3, expired: 2 },
}

export type Case = {
  readonly outcome: Outcome
  /** Which of its kind it is, from 0. */
  readonly nth: number
  readonly someone: Someone
  readonly unit: MadeUnit
  readonly admin: PersonActor
}
/** A request in the making: it says when its next step comes, and takes it when it is asked again. */
export type Story = AsyncGenerator<Date, { outcome: Outcome; id: RequestId }, void>

/** When the request was begun, so that it is now what its outcome says. */
function beginning({ outcome, nth }: Case, { end, random, calendar }: Seeding): Date {
  switch (outcome) {
    case 'draft':
      return later(end, -hours(2 + 9 * nth))
    case 'submitted':
      return later(end, -minutes(20 + 17 * nth))
    case 'due-soon':
      return dueIn(end, hours(1 + 1.5 * nth), calendar)
    case 'overdue':
      // On a Monday morning, what came on Friday still has time.
      return workday(end, 4 + nth, 8 + nth, 25)
    case 'approved':
      return later(end, -hours(8 + 11 * nth))
    case 'returned':
    case 'resubmitted':
      return workday(end, 3 + 2 * nth, 9, random.int(0, 50))
    case 'activated':
    case 'rejected':
    case 'withdrawn':
      return workday(end, 4 + 3 * nth, random.int(8, 10), random.int(0, 59))
    case 'expired':
      return workday(end, 12 + 9 * nth, 15, 10)
    default:
      return outcome satisfies never
  }
}

/** An instant whose working day runs out `ms` from now; on a day off nothing does, then half a day ago. */
function dueIn(end: Date, ms: number, calendar: Calendar): Date {
  const due = later(end, ms)
  for (let back = 1; back <= 12; back++) {
    // The form takes ten minutes; the time to answer runs from its sending.
    const sent = later(due, -days(back))
    if (dueAfter(sent, 1, calendar).getTime() === due.getTime()) return later(sent, -minutes(10))
  }
  return later(end, -hours(12))
}

/** One request from its first step to its outcome. */
export async function* story(one: Case, seeding: Seeding): Story {
  const { services, time, random } = seeding
  const { requests } = services
  const { outcome, nth, someone, unit, admin } = one
  const begun = beginning(one, seeding)
  const decide = () => allowed(admin, 'request.decide')
  const version = async (id: RequestId) =>
    (await requests.read(allowed(admin, 'request.read'), id))?.version ?? Number.NaN

  yield begun
  const id = await confirmed(seeding, someone)
  if (outcome === 'draft' && nth === 2) return { outcome, id }
  const details = { kind: 'person' as const, ...someone, unitId: unit.id, contractEnd: null }
  yield later(begun, minutes(7))
  ok(await requests.fill(id, details))
  if (outcome === 'draft' && nth === 1) return { outcome, id }
  yield later(begun, minutes(9))
  const [address] = (await requests.proposals(id)).addresses
  if (!address) throw new Error(`No address for ${someone.name.full}`)
  ok(await requests.choose(id, address.local))
  if (outcome === 'draft') return { outcome, id }
  if (outcome === 'expired') {
    yield later(begun, days(7) + minutes(20))
    await requests.expire(allowed(tidier, 'system.tidy'))
    return { outcome, id }
  }
  yield later(begun, minutes(10))
  ok(await requests.submit(id))

  const answered = later(begun, minutes(random.int(70, 300)))
  const identity: Identity = IDENTITIES[nth % IDENTITIES.length] ?? 'in-person'
  switch (outcome) {
    case 'submitted':
    case 'due-soon':
    case 'overdue':
      return { outcome, id }
    case 'returned':
    case 'resubmitted':
      yield answered
      ok(
        await requests.return(decide(), id, {
          version: await version(id),
          comment: RETURNED[nth % RETURNED.length] ?? '',
        }),
      )
      if (outcome === 'returned') return { outcome, id }
      // Sent again this day, so that it still waits in time.
      yield later(seeding.end, -minutes(35 + 50 * nth))
      ok(await requests.fill(id, { ...details, phone: details.phone ?? '0900 000 862' }))
      ok(await requests.submit(id))
      return { outcome, id }
    case 'rejected':
      yield answered
      ok(
        await requests.reject(decide(), id, {
          version: await version(id),
          comment: REJECTED[nth % REJECTED.length] ?? '',
        }),
      )
      return { outcome, id }
    case 'withdrawn':
      yield answered
      ok(await requests.withdraw(id))
      return { outcome, id }
    case 'approved':
    case 'activated': {
      yield answered
      const handOver = nth === 3 ? 'slip' : 'link'
      const approved = ok(await requests.approve(decide(), id, { version: await version(id), identity, handOver }))
      time.now = later(time.now, 350)
      await services.provisioner.run()
      if (outcome === 'approved' || approved.state !== 'approved' || approved.accountId === null) return { outcome, id }
      yield later(answered, hours(random.int(1, 20)))
      await activate(seeding, approved.accountId)
      return { outcome, id }
    }
    default:
      return outcome satisfies never
  }
}

/** A draft whose contact e-mail was confirmed; no letter goes out, for nobody would read the code. */
async function confirmed({ services }: Seeding, { contactEmail }: Someone): Promise<RequestId> {
  const challenge = randomUUID()
  const { secret } = await services.transaction((tx) => services.tokens.digits(tx, challenge, minutes(30)))
  const opened = await services.requests.confirmContact(challenge, secret, contactEmail, 'vi', null)
  if (!opened.ok) throw new Error(`The code was ${opened.kind}`)
  return opened.value
}

/** As the owner would with the mailed link, which is known to its reader only. */
async function activate({ services, time }: Seeding, account: AccountId): Promise<void> {
  const { secret } = await services.transaction((tx) => services.tokens.activationLink(tx, account, hours(72)))
  ok(await services.accounts.activate(secret, PASSWORD, PASSWORD))
  time.now = later(time.now, 300)
  await services.provisioner.run()
}
