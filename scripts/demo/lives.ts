import { jobActor, type PersonActor } from '../../src/access/policy.ts'
import type { AccountCommand } from '../../src/accounts/life-acts.ts'
import type { ListedPerson } from '../../src/accounts/bulk.ts'
import { idlingOf } from '../../src/accounts/idling.ts'
import { days, later } from '../../src/kernel/clock.ts'
import { addDays, dayOf, type Day } from '../../src/kernel/day.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { allowed, ok, type Seeding } from './seeding.ts'
import type { Issued } from './staff.ts'

/** An agency or commune with its administrator first, and its people in the order in which they came. */
export type Office = { readonly unit: UnitId; readonly admin: PersonActor; readonly people: readonly Issued[] }

const by = jobActor('life')

/**
 * What years bring: people on leave, suspended and gone, a transfer that waits for the other unit and a retirement for its day,
 * mailboxes that nobody uses, one person who was recorded twice, and a review that some units have confirmed.
 */
export async function makeLives(seeding: Seeding, staff: PersonActor, offices: readonly Office[]): Promise<number> {
  const today = dayOf(seeding.time.now)
  const acts = await askFor(seeding, offices, today)
  const idle = await leaveUnused(seeding, offices)
  await recordTwice(seeding, staff, offices)
  await review(seeding, staff, offices)
  await seeding.services.provisioner.run()
  return acts + idle
}

const REPLY = 'Tôi đã thôi công tác tại cơ quan.\nThư công việc xin gửi văn thư của cơ quan.'
const LETTER = { number: '218/QĐ-UBND', why: 'Theo quyết định về công tác cán bộ.' }

async function askFor({ services }: Seeding, offices: readonly Office[], today: Day): Promise<number> {
  const letter = { number: LETTER.number, date: addDays(today, -5) }
  const [first, second, third, fourth, fifth] = offices
  if (!first || !second || !third || !fourth || !fifth) throw new Error('The province is too small')
  const asked: readonly [Office, number, AccountCommand, Day][] = [
    [first, 6, { type: 'go-on-leave', until: addDays(today, 120) }, today],
    [second, 3, { type: 'suspend', until: null }, today],
    [third, 3, { type: 'leave', cause: 'resigned', reply: REPLY }, today],
    [first, 7, { type: 'leave', cause: 'retired' }, addDays(today, 24)],
    [fourth, 3, { type: 'transfer', unitId: fifth.unit, title: 'Chuyên viên' }, addDays(today, 10)],
  ]
  for (const [office, nth, command, on] of asked) {
    const who = office.people[nth]
    if (!who) throw new Error('An office is too small')
    ok(await services.lives.ask(allowed(office.admin, 'life.ask'), who.id, { command, on, why: LETTER.why, letter }))
  }
  return asked.length
}

/** As the mail server of a real province tells it: nearly all sign in, some have not for long. */
async function leaveUnused({ services, time }: Seeding, offices: readonly Office[]): Promise<number> {
  const { database, transaction, clock, life, accounts, letters, config } = services
  await database.prisma.account.updateMany({
    where: { kind: 'person', state: { in: ['active', 'on-leave'] } },
    data: { lastSignInAt: later(time.now, -days(1)) },
  })
  const unused = offices.slice(5, 14).flatMap(({ people }, nth) => {
    const who = people[2]
    return who ? [{ id: who.id, days: 32 + 9 * nth }] : []
  })
  for (const { id, days: n } of unused)
    await database.prisma.account.update({ where: { id }, data: { lastSignInAt: later(time.now, -days(n)) } })
  const idling = idlingOf({
    ...{ prisma: database.prisma, transaction, clock, life, enacting: accounts, letters },
    mail: {
      capabilities: { ...services.mail.capabilities, lastSignIn: true },
      lastSignIns: () => Promise.resolve(new Map()),
    },
    ...{ atMost: () => Promise.resolve(50), domain: config.organisation.domain },
  })
  await idling.follow(allowed(by, 'life.run'))
  const locked = unused
    .filter(({ days: n }) => n > 60)
    .map(({ id }) => ({ id, command: { type: 'lock-idle' as const } }))
  await transaction((tx) => accounts.enact(tx, by, locked))
  return unused.length
}

/** A list of another system made a second account for somebody, without their number. */
async function recordTwice({ services }: Seeding, staff: PersonActor, offices: readonly Office[]): Promise<void> {
  const { transaction, bulkAccounts } = services
  const [first, second] = offices
  const who = first?.people[8]
  if (!who || !second) throw new Error('The province is too small')
  const { name, birthDate, sex, position, employment } = who.someone
  const twin: ListedPerson = {
    ...{
      name,
      birthDate,
      birthPrecision: 'day',
      sex,
      ninCipher: null,
      ninHash: null,
      contactEmail: null,
      phone: null,
    },
    ...{ unitId: second.unit, title: position, employment, local: LocalPart.parse(`${who.local}-2`), reason: null },
    ...{ handOver: 'slip', language: 'vi' },
  }
  for (const issued of await transaction((tx) => bulkAccounts.issueMany(tx, staff, [twin]))) ok(issued)
}

async function review({ services }: Seeding, staff: PersonActor, offices: readonly Office[]): Promise<void> {
  const { reviews } = services
  const id = ok(await reviews.open(allowed(staff, 'review.open')))
  for (const [n, { admin }] of offices.slice(0, 4).entries()) {
    const read = await reviews.read(allowed(admin, 'review.read'), id)
    for (const { unitId } of read?.units ?? []) {
      const permit = allowed(admin, 'review.answer')
      const unit = await reviews.unit(allowed(admin, 'review.read'), id, unitId, { answer: 'open' })
      const [line] = unit?.lines ?? []
      if (n === 0 && line) {
        const gone = { id: line.accountId, answer: 'gone', note: 'Đã nghỉ việc từ tháng trước' } as const
        ok(await reviews.answer(permit, id, unitId, [gone]))
      }
      ok(await reviews.keepRest(permit, id, unitId))
      // The last one has answered, and not yet confirmed.
      if (n < 3) ok(await reviews.confirm(permit, id, unitId))
    }
  }
}
