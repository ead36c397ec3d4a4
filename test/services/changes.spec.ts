import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { Day, dayOf } from '../../src/kernel/day.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { syncState, type Target } from '../../src/provisioning/ledger.ts'
import { personEntry, run, visit } from '../servers/support.ts'
import { knocking } from '../support/knocking.ts'
import { valuesIn } from '../support/ldif.ts'
import { atWork, inStep, issued, PASSWORD, type Mailbox } from '../support/people.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

let system: System
let worker: Worker
let staff: PersonActor
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
/** Of which nobody is counted. */
let elsewhere: UnitId
let at: ReturnType<typeof visit>
let an: Mailbox

beforeAll(async () => {
  system = await startSystem()
  at = visit(system.servers)
  units = await seedUnits(system.services)
  const facts = { name: 'Sở Xây dựng', kind: 'agency', parentId: units.province, codes: {} } as const
  const made = await system.services.units.create(allowed('unit.change'), {
    ...facts,
    validFrom: Day.parse('2025-07-01'),
  })
  if (!made.ok) throw new Error(made.refusal.kind)
  elsewhere = made.value
  staff = await seedStaff(system.services, 'it-staff', units.agency, 'Lê Đức Thắng')
  worker = await work(system.services)
  an = await atWork(system.services, system.servers.sink, staff, units.department)
}, 120_000)

afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const entryOf = (id: string) => at.search(`(congvuId=${id})`, ['*']).then(({ output }) => output)
const groupOf = async (unit: UnitId) => {
  const { number } = await system.services.database.prisma.unit.findUniqueOrThrow({ where: { id: unit } })
  const found = await at.search(
    `(&(objectClass=congvuGroup)(cn=${number}))`,
    ['*'],
    undefined,
    undefined,
    `ou=groups,${system.servers.slapd.baseDn}`,
  )
  return found.output
}
const ledger = async (id: AccountId, target: Target) => {
  const row = (await system.services.sync.rows({ kind: 'account', id })).find((each) => each.target === target)
  return row ? { state: syncState(row), detail: row.detail } : null
}
const fault = (id: AccountId) => until('a fault', async () => (await ledger(id, 'directory'))?.detail)
const retried = async (id: AccountId) => {
  await system.services.sync.retry(allowed('sync.change', staff), { kind: 'account', id })
  await inStep(system.services, id)
}

/** As a test's hand in the database would: the former address stays as an alias. */
async function givePrimary(who: Mailbox, local: string): Promise<void> {
  const { services } = system
  await services.transaction(async (tx) => {
    await tx.db.address.updateMany({ where: { holderId: who.id, role: 'primary' }, data: { role: 'alias' } })
    await tx.db.address.create({
      data: { namespaceId: 1, local, state: 'live', role: 'primary', holderKind: 'account', holderId: who.id },
    })
    const { revision } = await tx.db.account.update({
      where: { id: who.id },
      data: { revision: { increment: 1 } },
    })
    await services.sync.accountsDue(tx, [{ id: who.id, revision }])
  })
}

describe('a changed primary address', () => {
  test('loses not one message', async () => {
    const sent: string[] = []
    const send = async (subject: string, to = an.mail) => {
      const { output } = await at.mailFromOutside(to, 'dan@example.com', subject)
      expect(output).toMatch(/<-\s+250 2\.0\.0/)
      sent.push(subject)
    }
    await send('before')
    const meanwhile = (async () => {
      for (let n = 0; n < 8; n++) await send(`meanwhile ${n}`)
    })()
    await givePrimary(an, 'an.nguyenvan')
    await meanwhile
    await inStep(system.services, an.id)
    await send('to the old address')
    await send('to the new address', 'an.nguyenvan@quangninh.gov.vn')

    for (const login of [an.mail, 'an.nguyenvan@quangninh.gov.vn', an.login])
      expect((await at.subjects(login, PASSWORD, sent.length)).sort()).toEqual([...sent].sort())
  })

  test('is known at every moment, whichever of its two addresses is the primary one', async () => {
    const { database } = system.services
    const binh = await atWork(system.services, system.servers.sink, staff, elsewhere, {
      fullName: 'Trần Bình',
    })
    await givePrimary(binh, 'binh.tran')
    await inStep(system.services, binh.id)
    const knocks = knocking(system.servers.smtp, [binh.mail, 'binh.tran@quangninh.gov.vn'])
    for (let n = 0; n < 20; n++) {
      await system.services.transaction(async (tx) => {
        const [alias] = await tx.db.address.findMany({ where: { holderId: binh.id, role: 'alias' } })
        await tx.db.address.updateMany({ where: { holderId: binh.id }, data: { role: 'alias' } })
        await tx.db.address.updateMany({ where: { local: alias?.local ?? '' }, data: { role: 'primary' } })
        const data = { revision: { increment: 1 } }
        const { revision } = await tx.db.account.update({ where: { id: binh.id }, data })
        await system.services.sync.accountsDue(tx, [{ id: binh.id, revision }])
      })
      await inStep(system.services, binh.id)
    }
    const { refused, rounds } = await knocks.stop()
    expect(refused).toEqual([])
    expect(rounds).toBeGreaterThan(20)
    expect(await database.prisma.address.count({ where: { holderId: binh.id, role: 'primary' } })).toBe(1)
  })

  test('is shown in the same entry, and both addresses sign in and send', async () => {
    const output = await entryOf(an.id)
    expect(valuesIn(output, 'dn')).toEqual([`uid=${an.login},ou=people,${system.servers.slapd.baseDn}`])
    expect(valuesIn(output, 'mail')).toEqual(['an.nguyenvan@quangninh.gov.vn'])
    expect(valuesIn(output, 'congvuAlias')).toEqual([an.mail])
    for (const address of [an.mail, 'an.nguyenvan@quangninh.gov.vn']) {
      expect(await system.services.signIn(address, PASSWORD)).toMatchObject({ ok: true, actor: { accountId: an.id } })
      expect((await at.submit(address, PASSWORD, address, 'dan@example.com')).output).toMatch(/<~\s+250 2\.0\.0/)
    }
  })
})

describe('an address that passes to another account', () => {
  /** Two records of one person become one, by two people; answers whose mailbox stays, and whose goes. */
  async function merged(): Promise<[kept: Mailbox, other: Mailbox]> {
    const { people, scheduled } = system.services
    const second = await seedStaff(system.services, 'it-staff', elsewhere, 'Vũ Hải Đăng')
    const [kept, other] = [
      await atWork(system.services, system.servers.sink, staff, elsewhere, { fullName: 'Lò Thị Đào' }),
      await atWork(system.services, system.servers.sink, staff, elsewhere, { fullName: 'Lò Thị Đào' }),
    ]
    const [one, two] = [await people.ofAccount(kept.id), await people.ofAccount(other.id)]
    if (one === null || two === null) throw new Error('no record')
    const grounds = { why: 'Một người có hai hồ sơ.', letter: null }
    const asked = await people.askMerge(allowed('person.change', staff), one, two, 'kept', grounds)
    if (!asked.ok) throw new Error(asked.refusal.kind)
    await worker.stop()
    expect(await scheduled.agree(allowed('scheduled.agree', second), asked.value.id)).toEqual({
      ...{ ok: true, value: 'applied' },
    })
    return [kept, other]
  }
  const aliasesOf = async ({ id }: Mailbox) => valuesIn(await entryOf(id), 'congvuAlias')
  afterEach(async () => {
    worker = await work(system.services)
  })

  test('is known at every moment', async () => {
    const [kept, other] = await merged()
    const knocks = knocking(system.servers.smtp, [other.mail])
    await system.services.provisioner.run()
    const { refused } = await knocks.stop()
    expect(refused).toEqual([])
    expect(await aliasesOf(kept)).toEqual([other.mail])
    await at.mailFromOutside(other.mail, 'dan@example.com', 'to the former address')
    expect(await at.subjects(kept.mail, PASSWORD, 1)).toEqual(['to the former address'])
  })

  test('is with whom it was for as long as the other cannot have it', async () => {
    const [kept, other] = await merged()
    const later = new Date(Date.now() + 1_500)
    const { prisma } = system.services.database
    const row = { subjectKind: 'account', subjectId: kept.id, target: 'directory' }
    await prisma.sync.update({ where: { subjectKind_subjectId_target: row }, data: { nextAt: later } })
    await system.services.provisioner.run()
    expect(valuesIn(await entryOf(other.id), 'mail')).toEqual([other.mail])
    expect(await ledger(other.id, 'directory')).toEqual({ state: 'behind', detail: null })
    await until('the other to have it', async () => {
      await system.services.provisioner.run()
      return (await aliasesOf(kept)).length === 1
    })
    expect(valuesIn(await entryOf(other.id), 'mail')).not.toEqual([other.mail])
  })

  test('is given up where the directory refuses it to the other, for the former mailbox is closed', async () => {
    const [kept, other] = await merged()
    const { prisma } = system.services.database
    const row = { subjectKind: 'account', subjectId: kept.id, target: 'directory' }
    const refused = { nextAt: new Date(Date.now() + 60_000), fault: 'refused', detail: 'a person must look' }
    await prisma.sync.update({ where: { subjectKind_subjectId_target: row }, data: refused })
    await system.services.provisioner.run()
    const entry = await entryOf(other.id)
    expect(valuesIn(entry, 'congvuSignIn')).toEqual(['FALSE'])
    expect(valuesIn(entry, 'mail')).not.toEqual([other.mail])
    await system.services.sync.retry(allowed('sync.change', staff), { kind: 'account', id: kept.id })
    await system.services.provisioner.run()
    expect(await aliasesOf(kept)).toEqual([other.mail])
  })
})

describe('a unit', () => {
  test('is a group of its people', async () => {
    const binh = await atWork(system.services, system.servers.sink, staff, units.department, { fullName: 'Lê Bình' })
    const dns = [an, binh].map(({ login }) => `uid=${login},ou=people,${system.servers.slapd.baseDn}`)
    const group = await until('both in the group', async () => {
      const found = await groupOf(units.department)
      return valuesIn(found, 'member').length === 2 ? found : null
    })
    expect(valuesIn(group, 'member').sort()).toEqual(dns.sort())
    expect(valuesIn(group, 'description')).toEqual(['Phòng Công chức, viên chức'])
  })

  test('without people is an empty group', async () => {
    const group = await until('the empty group', () => groupOf(units.other))
    expect(valuesIn(group, 'description')).toEqual(['Sở Tài chính'])
    expect(valuesIn(group, 'member')).toEqual([])
  })

  test('renamed, is renamed in its group and in the entries of its people', async () => {
    const { services } = system
    const changed = await services.units.change(allowed('unit.change', staff), units.department, {
      name: 'Phòng Tổ chức cán bộ',
      kind: 'department',
      parentId: units.agency,
      codes: {},
      validFrom: dayOf(new Date()),
    })
    expect(changed).toEqual({ ok: true, value: units.department })
    await inStep(services, an.id)
    expect(valuesIn(await entryOf(an.id), 'ou')).toEqual(['Phòng Tổ chức cán bộ'])
    const group = await until('the new name', async () => {
      const found = await groupOf(units.department)
      return found.includes(Buffer.from('Phòng Tổ chức cán bộ').toString('base64').slice(0, 20)) ? found : null
    })
    expect(valuesIn(group, 'description')).toEqual(['Phòng Tổ chức cán bộ'])
    expect(valuesIn(group, 'member')).toHaveLength(2)
  })

  test('renamed ahead of its day, changes nothing before', async () => {
    const { services } = system
    const name = 'Sở Tài chính và Kế hoạch'
    const facts = {
      name,
      kind: 'agency' as const,
      parentId: units.province,
      codes: {},
      validFrom: Day.parse('2099-01-01'),
    }
    expect((await services.units.change(allowed('unit.change', staff), units.other, facts)).ok).toBe(true)
    await worker.stop()
    await services.provisioner.run()
    expect(valuesIn(await groupOf(units.other), 'description')).toEqual(['Sở Tài chính'])
    worker = await work(services)
  })
})

describe('what belongs to somebody else is never taken over', () => {
  const stranger = '6f1c2f0e-0000-4000-8000-000000000099'
  const nextLogin = async () => {
    const rows = await system.services.database.prisma.$queryRaw<{ next: number }[]>`
      SELECT (last_value + 1)::int AS next FROM account_number_seq`
    return String(rows[0]?.next)
  }
  const remove = (login: string) =>
    run('ldapdelete', [
      ...['-Y', 'EXTERNAL', '-Q', '-H', system.servers.slapd.adminUrl],
      `uid=${login},ou=people,${system.servers.slapd.baseDn}`,
    ])

  // Whoever comes second is the first one's namesake.
  test.each([
    ['uid', (login: string) => ({ login, mail: 'nguoila@quangninh.gov.vn', id: stranger })],
    ['mail', () => ({ login: 'nguoila', mail: 'phamvanla2@quangninh.gov.vn', id: stranger })],
  ])('an entry with the same %s: a person must look, then it goes on', async (_, entry) => {
    const login = await nextLogin()
    const foreign = entry(login)
    expect((await at.add(personEntry(system.servers, foreign))).code).toBe(0)
    const before = await at.search(`(uid=${foreign.login})`, ['*', '+'])

    const who = await issued(system.services, staff, units.department, { fullName: 'Phạm Văn Lạ' })
    await fault(who.id)
    expect(await ledger(who.id, 'directory')).toMatchObject({ state: 'needs-person' })
    expect(await ledger(who.id, 'mail')).toMatchObject({ state: 'behind' })
    expect((await at.search(`(uid=${foreign.login})`, ['*', '+'])).output).toBe(before.output)
    expect(await entryOf(who.id)).toBe('')
    const board = await system.services.sync.board(allowed('sync.read', staff), { fault: 'refused' })
    expect(board.map((row) => row.id)).toContain(who.id)

    expect((await remove(foreign.login)).code).toBe(0)
    await retried(who.id)
    expect(valuesIn(await entryOf(who.id), 'uid')).toEqual([who.login])
    expect((await remove(who.login)).code).toBe(0)
  })

  test('a mail home that holds something: no entry is made', async () => {
    const login = await nextLogin()
    const home = join(system.servers.dovecot.mailHome, login, 'Maildir', 'new')
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, '1.old'), "Subject: somebody else's\n\n")
    const who = await issued(system.services, staff, units.department, { fullName: 'Vũ Thị Cũ' })
    expect(who.login).toBe(login)
    expect(await fault(who.id)).toMatch(/home/)
    expect(await ledger(who.id, 'directory')).toMatchObject({ state: 'needs-person' })
    expect(await entryOf(who.id)).toBe('')
  })

  test('an entry of a newer revision, as a restored database meets it, is left as it is', async () => {
    const dn = `uid=${an.login},ou=people,${system.servers.slapd.baseDn}`
    const ahead = ['changetype: modify', 'replace: congvuRevision', 'congvuRevision: 900', '-'].join('\n')
    expect((await at.modify(`dn: ${dn}\n${ahead}\n`)).code).toBe(0)
    await givePrimary(an, 'an.nguyen')
    expect(await fault(an.id)).toMatch(/900/)
    expect(valuesIn(await entryOf(an.id), 'mail')).toEqual(['an.nguyenvan@quangninh.gov.vn'])
  })
})

describe('a directory that was emptied', () => {
  test('is made whole again: everybody signs in with the password they had, and finds their mail', async () => {
    const { services, servers } = system
    const chi = await atWork(services, servers.sink, staff, units.agency, { fullName: 'Đỗ Thị Chi' })
    const kept = await at.subjects(an.mail, PASSWORD, 1)
    await until('the group', async () => valuesIn(await groupOf(units.agency), 'member').length === 2)
    const admin = ['-Y', 'EXTERNAL', '-Q', '-H', servers.slapd.adminUrl]
    for (const branch of ['people', 'groups'])
      expect((await run('ldapdelete', [...admin, '-r', `ou=${branch},${servers.slapd.baseDn}`])).code).toBe(0)
    expect(await services.signIn(chi.mail, PASSWORD)).toMatchObject({ ok: false })

    await services.sync.repairAll(allowed('sync.change', staff), null)
    for (const who of [an, chi]) {
      await inStep(services, who.id)
      expect(await services.signIn(who.mail, PASSWORD)).toMatchObject({ ok: true, actor: { accountId: who.id } })
      expect((await at.mailFromOutside(who.mail, 'dan@example.com', 'again')).output).toMatch(/<-\s+250 2\.0\.0/)
    }
    expect((await at.subjects(an.mail, PASSWORD, kept.length + 1)).sort()).toEqual([...kept, 'again'].sort())
    await until('the group again', async () => valuesIn(await groupOf(units.agency), 'member').length === 2)
    expect(valuesIn(await groupOf(units.other), 'description')).toEqual(['Sở Tài chính'])
  })
})
