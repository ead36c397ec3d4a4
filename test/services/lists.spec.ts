import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { dayOf } from '../../src/kernel/day.ts'
import type { GroupId, UnitId } from '../../src/kernel/ids.ts'
import type { ListRule, Posting } from '../../src/lists/list.ts'
import type { NewList } from '../../src/lists/lists.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { visit } from '../servers/support.ts'
import { valuesIn } from '../support/ldif.ts'
import { atWork, inStep, issued, PASSWORD, type Mailbox } from '../support/people.ts'
import { decided, done, full, issuedShared, local } from '../support/shared.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

const by = cliActor('test')
const DOMAIN = 'quangninh.gov.vn'
let system: System
let worker: Worker
let staff: PersonActor
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let at: ReturnType<typeof visit>
let an: Mailbox
let binh: Mailbox
let chi: Mailbox

beforeAll(async () => {
  system = await startSystem()
  const { services, servers } = system
  at = visit(servers)
  units = await seedUnits(services)
  staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  worker = await work(services)
  an = await atWork(services, servers.sink, staff, units.agency, { fullName: 'Đặng Thị An', position: 'Giám đốc' })
  binh = await atWork(services, servers.sink, staff, units.department, {
    ...{ fullName: 'Lê Văn Bình', position: 'Trưởng phòng' },
  })
  chi = await atWork(services, servers.sink, staff, units.other, { fullName: 'Đỗ Thị Chi', position: 'Trưởng phòng' })
}, 120_000)

afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const make = async (name: string, rule: ListRule, posting: Posting = { who: 'anyone' }): Promise<GroupId> => {
  const { lists } = system.services
  const asked: NewList = { name, unitId: units.agency, local: local(name), rule, posting }
  const id = await done(decided(system.services, asked.local, (tx, request) => lists.create(tx, by, request, asked)))
  await settled(id)
  return id
}
const settled = (id: GroupId) =>
  until('the list in the directory', async () => {
    const [row] = await system.services.sync.rows({ kind: 'group', id })
    return row !== undefined && row.applied >= row.wanted
  })
const everybody = (): ListRule => [{ by: 'unit', unitId: units.agency, below: true }]
/** Whom the list reaches, by their names, once the directory says so. */
const reaches = (id: GroupId, ...who: readonly Mailbox[]) =>
  until(`the members ${who.map(({ mail }) => mail).join(', ')}`, async () => {
    const found = await at.search(
      `(congvuId=${id})`,
      ['member'],
      undefined,
      undefined,
      `ou=groups,${system.servers.slapd.baseDn}`,
    )
    const members = valuesIn(found.output, 'member').sort()
    const wanted = who.map(({ login }) => `uid=${login},ou=people,${system.servers.slapd.baseDn}`).sort()
    return JSON.stringify(members) === JSON.stringify(wanted)
  })
const subjects = (who: Mailbox, count: number) => at.subjects(who.mail, PASSWORD, count)
const DELIVERED = /<[-~]\s+250 2\.0\.0/

describe('the members of a list', () => {
  test('are the people of a unit and, if it says so, of those below it', async () => {
    await reaches(await make('snv-rieng', [{ by: 'unit', unitId: units.agency, below: false }]), an)
    await reaches(await make('snv-ca', everybody()), an, binh)
  })

  test('are those of a title, everywhere or in a unit', async () => {
    const everywhere = [{ by: 'position' as const, title: 'truong phong', unitId: null, below: false }]
    await reaches(await make('truongphong', everywhere), binh, chi)
    const here = [{ by: 'position' as const, title: 'Trưởng phòng', unitId: units.agency, below: true }]
    await reaches(await make('truongphong-snv', here), binh)
  })

  test('are those named, mailboxes of functions among them, each once', async () => {
    const { services } = system
    const box = await issuedShared(services, {
      unitId: units.agency,
      name: 'Văn thư',
      local: 'vanthu',
      holders: full(an),
    })
    await inStep(services, box.id)
    const id = await make('banlienlac', [
      { by: 'name', accounts: [chi.id, box.id] },
      { by: 'unit', unitId: units.other, below: false },
    ])
    await reaches(id, chi, box)
    expect((await at.mailFromOutside(`banlienlac@${DOMAIN}`, 'dan@example.com', 'Mời họp')).output).toMatch(DELIVERED)
    expect(await subjects(chi, 1)).toEqual(['Mời họp'])
    expect(await at.subjects(an.mail, PASSWORD, 1, 'shared/vanthu')).toEqual(['Mời họp'])
  })

  test('come and go with their posts, their units and the organisation, by themselves', async () => {
    const { services } = system
    const id = await make('theodoi', everybody())
    await reaches(id, an, binh)
    const move = (unitId: UnitId) =>
      done(
        decided(services, null, (tx) =>
          services.accounts.changePosition(tx, by, binh.id, { title: 'Trưởng phòng', unitId }),
        ),
      )
    await move(units.other)
    await reaches(id, an)
    await move(units.department)
    await reaches(id, an, binh)
    const dung = await issued(services, staff, units.department, { fullName: 'Vũ Tiến Dũng' })
    await reaches(id, an, binh, dung)

    const under = (parentId: UnitId, name: string) =>
      services.units.change(allowed('unit.change', staff), units.department, {
        ...{ name, kind: 'department' as const, parentId, codes: {}, validFrom: dayOf(new Date()) },
      })
    expect(await under(units.other, 'Phòng Công chức, viên chức')).toMatchObject({ ok: true })
    await reaches(id, an)
  })

  test('can be changed with the rule, and a list of nobody is refused at the door', async () => {
    const { services } = system
    const change = (asked: Parameters<typeof services.lists.change>[3]) =>
      decided(services, null, (tx) => services.lists.change(tx, by, id, asked))
    const id = await make('thaydoi', [{ by: 'name', accounts: [an.id] }])
    await done(change({ name: 'Thay đổi', rule: [{ by: 'name', accounts: [chi.id] }] }))
    await reaches(id, chi)
    await done(change({ rule: [{ by: 'position', title: 'Không ai', unitId: null, below: false }] }))
    await reaches(id)
    expect((await at.mailFromOutside(`thaydoi@${DOMAIN}`)).output).toMatch(/550 5\.1\.1/)
    const nobody = '6f1c2f0e-0000-4000-8000-000000000001' as Mailbox['id']
    expect(await change({ rule: [{ by: 'name', accounts: [nobody] }] })).toMatchObject({
      refusal: { kind: 'unknown-member', accountId: nobody },
    })
    const view = await services.lists.read(allowed('list.read', staff), id)
    expect(view?.events.map(({ kind, note }) => [kind, note])).toEqual([
      ['created', null],
      ['renamed', 'thaydoi'],
      ['rule-changed', null],
      ['rule-changed', null],
    ])
  })
})

test('the address of a list is nobody else’s', async () => {
  const { services } = system
  const taken = local('snv-ca')
  const alias = decided(services, taken, (tx, request) => services.accounts.addAlias(tx, by, request, an.id, taken))
  expect(await alias).toMatchObject({ refusal: { kind: 'address-taken' } })
})

describe('a list for the province', () => {
  const address = `chung@${DOMAIN}`
  beforeAll(() => make('chung', [{ by: 'name', accounts: [chi.id] }], { who: 'province' }))

  test.each([
    ['as written', address],
    ['in capitals', address.toUpperCase()],
    ['quoted', `"chung"@${DOMAIN}`],
    ['with the percent of old', `chung%${DOMAIN}@[127.0.0.1]`],
    ['with a route of old', `@${DOMAIN}:${address}`],
    ['with a dot behind', `${address}.`],
  ])('is closed to whoever has not signed in, the address %s', async (_, to) => {
    for (const from of ['dan@example.com', an.mail, `khongco@${DOMAIN}`, '<>'])
      expect((await at.mailFromOutside(to, from, 'từ ngoài')).output).not.toMatch(DELIVERED)
  })

  test('is open to whoever has, and to nobody in the name of the list', async () => {
    const before = (await subjects(chi, 0)).length
    expect((await at.mailFromOutside(address)).output).toMatch(/550 5\.7\.1 .*sign in/)
    expect((await at.submit(an.mail, PASSWORD, an.mail, address)).output).toMatch(DELIVERED)
    expect((await at.submit(an.mail, PASSWORD, 'dan@example.com', address)).output).toMatch(/553 5\.7\.1/)
    expect((await at.submit(an.mail, PASSWORD, address, binh.mail)).output).toMatch(/553 5\.7\.1/)
    expect((await at.mailFromOutside(binh.mail, address)).output).toMatch(/553 5\.7\.1/)
    expect(await subjects(chi, before + 1)).toContain(`from ${an.mail}`)
    expect((await subjects(chi, 0)).filter((subject) => subject === 'từ ngoài')).toEqual([])
  })
})

describe('a list with named senders', () => {
  const address = `lanhdao@${DOMAIN}`
  let id: GroupId
  let office: Mailbox
  beforeAll(async () => {
    const { services } = system
    office = await issuedShared(services, {
      unitId: units.agency,
      name: 'Văn phòng',
      local: 'vanphong',
      holders: full(binh),
    })
    await inStep(services, office.id)
    await inStep(services, binh.id)
    id = await make('lanhdao', [{ by: 'name', accounts: [chi.id] }], { who: 'named', accounts: [an.id, office.id] })
  })

  test('takes letters from them and from whoever writes as a mailbox named, and from nobody else', async () => {
    expect((await at.submit(an.mail, PASSWORD, an.mail, address)).output).toMatch(DELIVERED)
    expect((await at.submit(binh.mail, PASSWORD, office.mail, address)).output).toMatch(DELIVERED)
    expect((await at.submit(chi.mail, PASSWORD, chi.mail, address)).output).toMatch(/550 5\.7\.1 .*named for this list/)
    for (const from of [an.mail, 'dan@example.com', '<>'])
      expect((await at.mailFromOutside(address, from)).output).toMatch(/5[05][03] 5\.7\.1/)
    expect((await at.submit(chi.mail, PASSWORD, chi.mail, `"LanhDao"@${DOMAIN}`)).output).toMatch(/550 5\.7\.1/)
  })

  test('follows at once who is named', async () => {
    const { services } = system
    const posting: Posting = { who: 'named', accounts: [chi.id] }
    await done(decided(services, null, (tx) => services.lists.change(tx, by, id, { posting })))
    expect((await at.submit(chi.mail, PASSWORD, chi.mail, address)).output).toMatch(DELIVERED)
    expect((await at.submit(an.mail, PASSWORD, an.mail, address)).output).toMatch(/550 5\.7\.1/)
  })

  test('says “later” while nobody can tell, and other letters do not wait for it', async () => {
    await worker.stop()
    expect((await at.submit(chi.mail, PASSWORD, chi.mail, address)).output).toMatch(/45\d 4\.3\.\d/)
    expect((await at.submit(chi.mail, PASSWORD, chi.mail, an.mail)).output).toMatch(DELIVERED)
    worker = await work(system.services)
    expect((await at.submit(chi.mail, PASSWORD, chi.mail, address)).output).toMatch(DELIVERED)
  })

  test('is asked about in Postfix’s protocol, and nonsense is answered calmly', async () => {
    const posting = system.services.config.posting ?? { host: '', port: 0 }
    const ask = (text: string) =>
      new Promise<string>((resolve) => {
        let answer = ''
        const socket = connect(posting.port, posting.host, () => socket.write(text))
        socket.on('data', (part) => {
          answer += part.toString()
          if (answer.split('\n\n').length > text.split('\n\n').length - 1) socket.end()
        })
        socket.on('error', () => undefined)
        socket.on('close', () => resolve(answer))
      })
    const question = (login: string, recipient: string) =>
      `request=smtpd_access_policy\nsasl_username=${login}\nrecipient=${recipient}\n\n`
    const both = await ask(question(chi.login, address) + question(an.login, address))
    expect(both).toMatch(/^action=DUNNO\n\naction=550 5\.7\.1 [^\n]+\n\n$/)
    expect(await ask('x\n\n')).toMatch(/^action=451/)
    expect(await ask(question('', address))).toMatch(/^action=550/)
    expect(await ask('x'.repeat(20_000))).toBe('')
  })
})
