import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { connect, type LdapConnection } from '../../src/directory/connection.ts'
import { valuesOf } from '../../src/directory/operations.ts'
import { later } from '../../src/kernel/clock.ts'
import { Day } from '../../src/kernel/day.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { countOutcomes, decide, type Around, type Stranger } from '../../src/reconcile/adoption.ts'
import { presetOf } from '../../src/reconcile/mapping.ts'
import { manyPeople, type Member } from '../support/many.ts'
import { scaled } from '../support/scale.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

const N = scaled(20_000)
let system: System
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let connection: LdapConnection
let members: Member[]
let base: string
let [first, second]: PersonActor[] = []
const DOMAIN = 'quangninh.gov.vn'
const GIVENS = ['An', 'Bình', 'Châu', 'Dũng', 'Giang', 'Hương', 'Khánh', 'Lan']

/** Entry `n` of a directory that grew for years: who has what kind of trouble goes by its number. */
const kindOf = (n: number) =>
  n % 50 === 1
    ? 'no-mail'
    : n % 50 === 2
      ? 'mail-twice'
      : n % 50 === 3
        ? 'other-domain'
        : n % 50 === 4
          ? 'odd-name'
          : 'new'

beforeAll(async () => {
  system = await startSystem()
  units = await seedUnits(system.services)
  first = await seedStaff(system.services, 'it-staff', units.province, 'Lê Đức Thắng')
  second = await seedStaff(system.services, 'it-staff', units.province, 'Vũ Hải Đăng')
  // Mailboxes are where they were, and not what is looked at here.
  const until = later(system.services.clock(), 3_600_000)
  await system.services.pauses.pause(allowed('sync.change'), { target: 'mail', until, why: 'Chỉ thử danh bạ' })
  members = await manyPeople(system.services, 20, [units.agency])
  const { ldap } = system.services.config
  base = ldap.baseDn
  connection = await connect({ ...ldap, timeoutMs: 20_000 })
  for (let start = 0; start < N; start += 500)
    await connection.transaction(
      Array.from({ length: Math.min(500, N - start) }, (_, at) => {
        const n = start + at
        const kind = kindOf(n)
        // Namesakes by the dozen; accents, commas and quotes in the names of entries.
        const name = kind === 'odd-name' ? `Máy in số ${n}` : `Nguyễn Thị ${GIVENS[n % GIVENS.length] ?? ''}`
        const dn = n % 3 === 0 ? `cn=${name} (${n})\\, Phòng Tổ chức,ou=people,${base}` : `uid=cb${n},ou=people,${base}`
        const mail =
          kind === 'no-mail'
            ? {}
            : {
                mail: [
                  kind === 'other-domain'
                    ? `cb${n}@gmail.com`
                    : kind === 'mail-twice'
                      ? `doi${n - (n % 100)}@${DOMAIN}`
                      : `cb${n}@${DOMAIN}`,
                ],
              }
        const attributes = {
          ...{
            objectClass: ['inetOrgPerson'],
            uid: [`cb${n}`],
            sn: ['Nguyễn'],
            displayName: [name],
            title: ['Chuyên viên'],
          },
          cn: n % 3 === 0 ? [`${name} (${n}), Phòng Tổ chức`] : [name],
          ...{ ou: ['Sở Nội vụ'], userPassword: ['{SSHA}8Lx0DKVjSBRLAcXPCcVvXSxNVqyF5pKo'], ...mail },
        }
        return { type: 'add' as const, dn, attributes }
      }),
    )
  // Somebody whom Congvu has an account for, and no entry yet.
  const one = members[0]
  await connection.add(`uid=cu.${one?.login ?? ''},ou=people,${base}`, {
    ...{ objectClass: ['inetOrgPerson'], uid: [`cu.${one?.login ?? ''}`], sn: ['Nguyễn'], cn: ['Nguyễn Văn Cũ'] },
    mail: [one?.mail ?? ''],
  })
}, 300_000)
afterAll(async () => {
  await connection.close()
  await system.stop()
})

const asked = { mapping: presetOf('inetOrgPerson'), base: null, unitId: null }
const expected = () => {
  const kinds = Array.from({ length: N }, (_, n) => kindOf(n))
  const of = (kind: string) => kinds.filter((each) => each === kind).length
  // Of every hundred, two share an address; where there is only one of them, nobody does.
  const review = Object.fromEntries(
    ['no-mail', 'mail-twice', 'other-domain', 'odd-name'].map((kind) => [kind, of(kind)]),
  )
  return { read: N + 1, known: 0, link: 1, new: of('new'), left: 0, review }
}

const change = () => allowed('reconcile.change', first)
const read = () => allowed('reconcile.read', first)
const record = async (id: string) => {
  const found = await system.services.adoptions.read(read(), id)
  if (!found) throw new Error('no adoption')
  return found
}
const inDirectory = async (who: Member | undefined) =>
  (await system.services.sync.rows({ kind: 'account', id: who?.id ?? '' })).find(({ target }) => target === 'directory')
/** Read, released by two people where the brake holds it, and carried out. */
async function takenOver(id: string): Promise<void> {
  const { adoptions, adopter, brakes } = system.services
  const started = await adoptions.start(change(), id, (await record(id)).hash ?? '')
  if (!started.ok) {
    if (started.refusal.kind !== 'held') throw new Error(started.refusal.kind)
    const { holdId } = started.refusal
    await brakes.ask(allowed('brake.release', first), holdId, 'Tiếp nhận danh bạ của tỉnh')
    expect(await brakes.release(allowed('brake.release', second), holdId)).toMatchObject({ ok: true })
  }
  await adopter.work()
}

describe('a directory with people in it', () => {
  test('is read without changing anything, and the counts add up', async () => {
    const { counts, capabilities } = await system.services.adoptions.preview(allowed('reconcile.read'), asked)
    expect(capabilities).toMatchObject({ vendor: 'OpenLDAP', schema: true, identifiers: true, pagedResults: true })
    expect(counts).toEqual(expected())
    const sum = counts.known + counts.link + counts.new + Object.values(counts.review).reduce((a, b) => a + b, 0)
    expect(sum).toBe(counts.read)
    expect(await system.services.database.prisma.account.count()).toBe(members.length + 2)
  })

  test('is taken over; entries stay where they are, with their passwords, and are managed like any other', async () => {
    const { services } = system
    const before = await services.database.prisma.account.count()
    const { adoptions, adopter, brakes } = services
    const id = await adoptions.ask(change(), { ...asked, preset: 'inetOrgPerson' })
    await adopter.work()
    expect(await record(id)).toMatchObject({ state: 'preview', counts: expected() })
    // So many at once are never one person's to start.
    const held = await adoptions.start(change(), id, (await record(id)).hash ?? '')
    expect(held).toMatchObject({ ok: false, refusal: { kind: 'held' } })
    expect(await services.database.prisma.account.count()).toBe(before)
    expect(await brakes.waiting(allowed('brake.read', first))).toBe(1)
    await takenOver(id)
    expect(await record(id)).toMatchObject({ state: 'done', taken: expected().new + expected().link, changed: 0 })
    await services.provisioner.run()
    const entries = await connection.search(base, {
      ...({ scope: 'sub', filter: { equal: ['objectClass', 'congvuMailAccount'] } } as const),
      attributes: ['uid', 'congvuId', 'userPassword'],
    })
    const adopted = entries.filter((entry) => (valuesOf(entry, 'uid')[0] ?? '').startsWith('cb'))
    expect(adopted).toHaveLength(expected().new)
    expect(adopted.every((entry) => valuesOf(entry, 'userPassword')[0]?.startsWith('{SSHA}'))).toBe(true)
    expect(adopted.some(({ dn }) => dn.startsWith('cn='))).toBe(true)
    const { rows } = await services.database.pool.query<{ behind: number }>(
      `SELECT count(*)::int AS behind FROM sync WHERE target = 'directory' AND applied < wanted`,
    )
    expect(rows[0]?.behind).toBe(0)
    // Whoever had an account keeps it: the entry is theirs now, under their own number.
    expect((await inDirectory(members[0]))?.remoteDn).toBe(`uid=${members[0]?.login ?? ''},ou=people,${base}`)
  }, 900_000)

  test('gives nothing to do a second time, and goes by what people said', async () => {
    const { services } = system
    const { adoptions, adopter } = services
    const [fresh] = await manyPeople(services, 1, [units.other])
    const before = await services.database.prisma.account.count()
    const id = await adoptions.ask(change(), { ...asked, preset: 'inetOrgPerson' })
    await adopter.work()
    const { counts, hash } = await record(id)
    expect(counts).toMatchObject({ new: 0, link: 0, known: N + 1 + members.length - 1 + 2 - (N - expected().new) })
    expect(await adoptions.start(change(), id, hash ?? '')).toEqual({ ok: false, refusal: { kind: 'nothing-to-take' } })

    const { rows } = await adoptions.entries(
      read(),
      id,
      { kind: 'review', why: 'no-mail', q: '' },
      { limit: 3, offset: 0 },
    )
    const [one, two, three] = rows.map(({ n }) => ({ id, n }))
    if (!one || !two || !three) throw new Error('too few')
    const local = LocalPart.parse('them.dia.chi')
    expect(await adoptions.say(change(), one, { act: 'new', local, unitId: null })).toMatchObject({ ok: true })
    expect(await adoptions.say(change(), two, { act: 'leave' })).toMatchObject({ ok: true })
    expect(await adoptions.say(change(), three, { act: 'link', login: 'khongco' })).toEqual({
      ok: false,
      refusal: { kind: 'unknown-account' },
    })
    const { login = '' } = fresh ?? {}
    expect(await adoptions.say(change(), three, { act: 'link', login })).toMatchObject({ ok: true })
    expect(await adoptions.again(change(), id)).toMatchObject({ ok: true })
    await adopter.work()
    expect((await record(id)).counts).toMatchObject({ new: 1, link: 1, left: 1 })
    await takenOver(id)
    expect(await record(id)).toMatchObject({ state: 'done', taken: 2 })
    expect(await services.database.prisma.account.count()).toBe(before + 1)
    await services.provisioner.run()
    expect(await inDirectory(fresh)).toMatchObject({ fault: null, remoteId: rows[2]?.remoteId })
  }, 900_000)
})

describe('an entry', () => {
  const entry: Stranger = {
    ...{
      dn: 'cn=x',
      remoteId: 'r',
      id: null,
      login: 'lan',
      local: 'lan' as Stranger['local'],
      aliases: [],
      hasMail: true,
    },
    ...{
      name: 'Nguyễn Thị Lan',
      title: null,
      phone: null,
      unitId: 'u' as UnitId,
      ninHash: 'h',
      birth: null,
      password: null,
    },
  }
  const around: Around = {
    ...{ own: null, chosen: null, byNumber: null, byMail: null, namesakes: [], addressTaken: false, loginTaken: false },
    ...{ mailTwice: false, loginTwice: false },
  }
  const holder = { account: 'a', inDirectory: false, remoteId: null }

  test('is an account’s by number, then by address; never by a name alone', () => {
    expect(decide(entry, { ...around, byNumber: holder, byMail: { ...holder, account: 'b' } })).toEqual({
      kind: 'link',
      account: 'a',
      by: 'number',
    })
    expect(decide(entry, { ...around, byMail: holder })).toEqual({ kind: 'link', account: 'a', by: 'mail' })
    const namesake = { ...holder, birth: null, unitId: null }
    expect(decide(entry, { ...around, namesakes: [namesake] })).toMatchObject({ kind: 'new' })
    expect(decide(entry, { ...around, namesakes: [{ ...namesake, unitId: entry.unitId }] })).toEqual({
      kind: 'review',
      why: 'perhaps',
      account: 'a',
    })
    const other = { ...namesake, inDirectory: true }
    expect(decide(entry, { ...around, namesakes: [{ ...other, unitId: entry.unitId }] })).toMatchObject({ kind: 'new' })
    const born = { ...entry, birth: Day.parse('1988-09-05') }
    expect(decide(born, { ...around, namesakes: [{ ...other, birth: born.birth }] })).toMatchObject({
      why: 'has-entry',
    })
    expect(decide(entry, { ...around, byNumber: { ...holder, inDirectory: true } })).toMatchObject({ why: 'has-entry' })
  })

  test('is left to a person where something is missing or somebody else’s', () => {
    const whys = [
      decide({ ...entry, login: null }, around),
      decide({ ...entry, login: 'a b' }, around),
      decide(entry, { ...around, loginTwice: true }),
      decide(entry, { ...around, loginTaken: true }),
      decide({ ...entry, local: null, hasMail: false }, around),
      decide({ ...entry, local: null }, around),
      decide(entry, { ...around, addressTaken: true }),
      decide({ ...entry, unitId: null }, around),
      decide({ ...entry, remoteId: null }, around),
    ]
    expect(whys.map((each) => each.kind === 'review' && each.why)).toEqual([
      ...['no-login', 'odd-login', 'login-twice', 'login-taken', 'no-mail', 'other-domain', 'address-taken'],
      ...['unknown-unit', 'no-identifier'],
    ])
    expect(countOutcomes(whys)).toMatchObject({ read: 9, new: 0 })
  })
})
