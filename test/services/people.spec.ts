import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { IdentificationNumber } from '../../src/kernel/identification-number.ts'
import { AccountId, PersonId, type UnitId } from '../../src/kernel/ids.ts'
import { startOffice, type Office } from '../support/database.ts'
import { full, issuedShared } from '../support/shared.ts'
import { allowed, given, seedStaff, seedUnits, someDetails, unique } from '../support/system.ts'

let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let it: PersonActor
let second: PersonActor

beforeAll(async () => {
  office = await startOffice()
  units = await seedUnits(office.services)
  it = await seedStaff(office.services, 'it-staff', units.province, 'Lê Đức Thắng')
  second = await seedStaff(office.services, 'it-staff', units.province, 'Vũ Hải Đăng')
}, 60_000)
afterAll(() => office.stop())

const GROUNDS = { why: 'Đối chiếu với thẻ căn cước.', letter: null }
const numberOf = () => IdentificationNumber.parse(`031190${String(900000 + unique())}`)

async function someone(unit: UnitId, fullName = 'Trần Thị Bích Ngọc', number = numberOf()) {
  const { services } = office
  const account = await given(services, someDetails(unit, { fullName, number }))
  await services.database.prisma.account.update({ where: { id: account }, data: { state: 'active' } })
  const person = await services.people.ofAccount(account)
  if (person === null) throw new Error('no record')
  const [local = ''] = await services.addresses.ofOwner(
    { db: services.database.prisma },
    { kind: 'account', id: account },
  )
  return { account, person, local, number }
}
const permit = (by = it) => allowed('person.change', by)
const agree = (by: PersonActor, id: string) => office.services.scheduled.agree(allowed('scheduled.agree', by), id)
const agreed = async (asked: { ok: true; value: { id: string } } | { ok: false; refusal: { kind: string } }) => {
  if (!asked.ok) throw new Error(asked.refusal.kind)
  expect(await agree(second, asked.value.id)).toEqual({ ok: true, value: 'applied' })
}
const kindOf = (decision: { ok: boolean; refusal?: { kind: string } }) => decision.refusal?.kind ?? 'ok'
const view = async (id: PersonId) => {
  const found = await office.services.people.read(allowed('person.read', it), id)
  if (!found) throw new Error('unknown')
  return found
}

describe('a wrong identification number', () => {
  test('is corrected once a second person agrees, and still finds its person', async () => {
    const { people, database } = office.services
    const one = await someone(units.agency)
    const right = numberOf()
    const asked = await people.askNumber(permit(), one.person, right, GROUNDS)
    if (!asked.ok) throw new Error(asked.refusal.kind)
    expect((await view(one.person)).ends).toBe(one.number.slice(-3))
    expect(kindOf(await agree(it, asked.value.id))).toBe('agreed-before')
    // What waits is sealed: whoever reads the table learns the end alone.
    const row = await database.prisma.scheduledChange.findUniqueOrThrow({ where: { id: asked.value.id } })
    expect(JSON.stringify(row)).not.toContain(right)
    const change = await office.services.scheduled.read(allowed('scheduled.read', second), asked.value.id)
    if (!change) throw new Error('no change')
    expect(await people.revealAsked(allowed('number.reveal', second), change)).toEqual({ ok: true, value: right })
    await agreed(asked)

    const after = await view(one.person)
    expect(after.ends).toBe(right.slice(-3))
    expect(after.formerNumbers).toMatchObject([{ ends: one.number.slice(-3), why: GROUNDS.why, byName: second.name }])
    for (const q of [one.number, right])
      expect((await people.list(allowed('person.read', it), { q, page: 1 })).people.map(({ id }) => id)).toEqual([
        one.person,
      ])
    const events = await database.prisma.accountEvent.findMany({ where: { accountId: one.account } })
    expect(events.at(-1)).toMatchObject({ kind: 'number-corrected', byName: second.name })
    const logged = await database.prisma.auditEntry.findMany({ where: { subject: `person:${one.person}` } })
    expect(logged.map(({ action }) => action)).toEqual(['person.number-corrected'])
    expect(await people.reveal(allowed('number.reveal', it), one.person)).toEqual({ ok: true, value: right })
  })

  test('is no other record’s, not the present one, and nobody’s own', async () => {
    const { people } = office.services
    const [one, two] = [await someone(units.agency), await someone(units.other)]
    expect(kindOf(await people.askNumber(permit(), one.person, two.number, GROUNDS))).toBe('number-of-another')
    expect(kindOf(await people.askNumber(permit(), one.person, one.number, GROUNDS))).toBe('number-unchanged')
    const own = PersonId.parse(it.personId)
    expect(kindOf(await people.askNumber(permit(), own, numberOf(), GROUNDS))).toBe('own-record')
    const wanted = numberOf()
    const first = await people.askNumber(permit(), one.person, wanted, GROUNDS)
    expect(kindOf(await people.askNumber(permit(), one.person, numberOf(), GROUNDS))).toBe('already-asked')
    // Somebody else got the number meanwhile: nothing is agreed to.
    await agreed(await people.askNumber(permit(), two.person, wanted, GROUNDS))
    if (!first.ok) throw new Error(first.refusal.kind)
    expect(kindOf(await agree(second, first.value.id))).toBe('number-of-another')
  })
})

describe('two records of one person', () => {
  test('become one: the address, the mail, the posts and the shared mailboxes follow', async () => {
    const { services } = office
    const { people, database, roles } = services
    const { prisma } = database
    const [kept, other] = [await someone(units.agency), await someone(units.other)]
    const box = await issuedShared(services, {
      ...{ unitId: units.other, name: 'Văn thư', local: `vanthu${unique()}` },
      holders: full({ id: other.account }),
    })
    await roles.grant(allowed('role.change'), {
      ...{ holder: (await prisma.account.findUniqueOrThrow({ where: { id: other.account } })).login },
      ...{ role: 'unit-admin', unitId: units.other },
    })
    expect(kindOf(await people.askMerge(permit(), kept.person, other.person, null, GROUNDS))).toBe('number-to-choose')
    const asked = await people.askMerge(permit(), kept.person, other.person, 'other', GROUNDS)
    if (!asked.ok) throw new Error(asked.refusal.kind)
    expect(asked.value.state).toBe('proposed')
    await agreed(asked)

    const after = await view(kept.person)
    expect(after.ends).toBe(other.number.slice(-3))
    expect(after.formerNumbers.map(({ ends }) => ends)).toEqual([kept.number.slice(-3)])
    expect(after.merged.map(({ id }) => id)).toEqual([other.person])
    expect((await view(other.person)).mergedInto?.id).toBe(kept.person)
    expect(after.posts.map(({ unitName, primary }) => [unitName, primary])).toEqual(
      expect.arrayContaining([
        [expect.any(String), true],
        [expect.any(String), false],
      ]),
    )

    const account = await prisma.account.findUniqueOrThrow({ where: { id: other.account } })
    expect(account).toMatchObject({ state: 'leaving', leavingCause: 'merged' })
    const addresses = await prisma.address.findMany({ where: { holderId: { in: [kept.account, other.account] } } })
    expect(addresses.find(({ local }) => local === other.local)).toMatchObject({
      ...{ holderId: kept.account, role: 'alias', state: 'live' },
    })
    expect(addresses.find(({ local }) => local === `${other.local}-luu`)).toMatchObject({
      ...{ holderId: other.account, role: 'primary', firstLiveAt: null },
    })
    const holders = await prisma.holder.findMany({ where: { accountId: box.id, validTo: null } })
    expect(holders.map(({ personAccountId }) => personAccountId)).toEqual([kept.account])
    expect(await prisma.roleGrant.count({ where: { accountId: other.account, validTo: null } })).toBe(0)
    expect((await services.accounts.read(allowed('account.read', it), kept.account))?.aliases).toEqual([
      expect.stringContaining(`${other.local}@`),
    ])

    // Nothing brings the second account back into use; for what it holds, it can be kept.
    const back = { command: { type: 'return' as const }, on: services.scheduled.today(), ...GROUNDS }
    const asks = await services.lives.ask(allowed('life.keep', it), AccountId.parse(other.account), back)
    expect(kindOf(asks)).toBe('merged-away')
    // Whoever looks for them finds one record, and lists meet it.
    expect(
      (await people.list(allowed('person.read', it), { q: other.local, page: 1 })).people.map(({ id }) => id),
    ).toEqual([kept.person])
    expect(kindOf(await people.askMerge(permit(), kept.person, other.person, null, GROUNDS))).toBe('merged-before')
  })

  test('keep the account that is in use', async () => {
    const { people, database } = office.services
    const [gone, active] = [await someone(units.agency), await someone(units.agency)]
    await database.prisma.account.update({ where: { id: gone.account }, data: { state: 'leaving' } })
    const asked = await people.askMerge(permit(), gone.person, active.person, 'kept', GROUNDS)
    if (!asked.ok) throw new Error(asked.refusal.kind)
    expect(kindOf(await agree(second, asked.value.id))).toBe('other-in-service')
    expect((await view(active.person)).mergedInto).toBeNull()
    await office.services.scheduled.cancel(allowed('scheduled.agree', it), asked.value.id)
    await agreed(await people.askMerge(permit(), active.person, gone.person, 'kept', GROUNDS))
    expect((await view(active.person)).merged.map(({ id }) => id)).toEqual([gone.person])
  })

  test('are pointed out where the name and the birth date are one, and not two numbers', async () => {
    const { people, database } = office.services
    const [one, two] = [await someone(units.agency, 'Lò Thị Đào'), await someone(units.other, 'Lò Thị Đào')]
    expect((await view(one.person)).alike).toEqual([])
    await database.prisma.person.update({ where: { id: two.person }, data: { ninHash: null, ninCipher: null } })
    expect((await view(one.person)).alike.map(({ id }) => id)).toEqual([two.person])
    expect((await people.alike(allowed('person.read', it), 1)).people.map(({ id }) => id)).toEqual(
      expect.arrayContaining([one.person, two.person]),
    )
  })

  test('are what the database’s own guard means: no address passes to anybody else', async () => {
    const { prisma } = office.services.database
    const [one, two] = [await someone(units.agency), await someone(units.agency)]
    await expect(
      prisma.address.updateMany({ where: { local: one.local }, data: { holderId: two.account, role: 'alias' } }),
    ).rejects.toThrow(/never given to anybody else/)
  })
})
