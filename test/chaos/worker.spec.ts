import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { Directory } from '../../src/directory/directory.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { work } from '../../src/main/work.ts'
import { provisionerOf } from '../../src/provisioning/apply.ts'
import { visit } from '../servers/support.ts'
import { valuesIn } from '../support/ldif.ts'
import { applied, issued, mailboxOf, type Mailbox } from '../support/people.ts'
import { worker as workerProcess } from '../support/processes.ts'
import { scaled, seeded } from '../support/scale.ts'
import { allowed, approveAs, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

const REQUESTS = scaled(200)
const KILLS = scaled(50)

let system: System
let staff: PersonActor
let units: Record<'agency' | 'department' | 'other', UnitId>

beforeAll(async () => {
  system = await startSystem()
  units = await seedUnits(system.services)
  staff = await seedStaff(system.services, 'it-staff', units.agency, 'Lê Đức Thắng')
}, 120_000)

afterAll(async () => {
  await system.stop()
})

const settled = () =>
  until(
    'nothing is behind and no letter waits',
    async () =>
      (await system.services.sync.counts(allowed('sync.read', staff))).behind === 0 &&
      (await system.services.database.prisma.outbox.count({ where: { state: 'waiting' } })) === 0,
    60_000,
  )

/** A worker's provisioning, with a hand on what it does to the directory. */
function provisioner(hand: Pick<Directory, 'ensure'>) {
  const { database, transaction, clock, mail, accounts, directory } = system.services
  const { wanted, arrived, kept } = accounts
  const prisma = database.prisma
  return provisionerOf({
    prisma,
    transaction,
    clock,
    mail,
    wanted,
    arrived,
    kept,
    directory: { ...directory, ...hand },
  })
}

test('an account whose entry was made, but not recorded, joins its unit’s group all the same', async () => {
  const { services, servers } = system
  const who = await issued(services, staff, units.agency, { fullName: 'Hà Thị Đứt' })
  const cutOff = provisioner({
    ensure: async (entries) => {
      await services.directory.ensure(entries)
      throw new Error('killed here')
    },
  })
  await expect(cutOff.run()).rejects.toThrow('killed here')
  await services.provisioner.run()
  const { number } = await services.database.prisma.unit.findUniqueOrThrow({ where: { id: units.agency } })
  const base = `ou=groups,${servers.slapd.baseDn}`
  const { output } = await visit(servers).search(`(cn=${number})`, ['member'], undefined, undefined, base)
  expect(valuesIn(output, 'member')).toContain(`uid=${who.login},ou=people,${servers.slapd.baseDn}`)
})

describe(`a worker killed at ${KILLS} random moments while ${REQUESTS} requests are approved`, () => {
  const people: Mailbox[] = []

  beforeAll(async () => {
    const { services, servers } = system
    const random = seeded(20260723)
    const requests = []
    for (let n = 0; n < REQUESTS; n++)
      requests.push(await applied(services, units.department, { fullName: 'Vũ Thị Thử' }))
    const victim = workerProcess('worker', servers.folder, system.env)
    for (let kill = 0; kill < KILLS; kill++) {
      await victim.start()
      const turn = requests.splice(0, Math.ceil(requests.length / (KILLS - kill)))
      const late = pause(random() * 150)
      const approving = turn.map(async ({ request, contact }) => {
        await pause(random() * 60)
        people.push(await mailboxOf(services, await approveAs(services, staff, request), contact))
      })
      await late
      await victim.kill()
      await Promise.all(approving)
    }
    const last = await work(services)
    try {
      await settled()
    } finally {
      await last.stop()
    }
  }, 600_000)

  test('leaves every request approved, with an entry each and none doubled', async () => {
    const { output } = await visit(system.servers).search('(sn=Vũ Thị)', ['uid', 'congvuId'])
    expect(valuesIn(output, 'congvuId').sort()).toEqual(people.map(({ id }) => id).sort())
    expect(valuesIn(output, 'uid').sort()).toEqual(people.map(({ login }) => login).sort())
    expect(people).toHaveLength(REQUESTS)
  })

  test('leaves every mailbox, and every ledger verified', async () => {
    const homes = new Set(readdirSync(system.servers.dovecot.mailHome))
    expect(people.filter(({ login }) => !homes.has(login))).toEqual([])
    for (const { id, login } of people) {
      const rows = await system.services.sync.rows({ kind: 'account', id })
      expect(rows.map((row) => [row.target, row.applied, row.fault, row.verifiedAt !== null]).sort()).toEqual([
        ['directory', 1, null, true],
        ['mail', 1, null, true],
      ])
      expect((await system.services.mail.usage(login)).messages).toBe(0)
    }
  })

  test('leaves the unit’s group with every one of them', async () => {
    const { servers, services } = system
    const { number } = await services.database.prisma.unit.findUniqueOrThrow({ where: { id: units.department } })
    const base = `ou=groups,${servers.slapd.baseDn}`
    const { output } = await visit(servers).search(`(cn=${number})`, ['member'], undefined, undefined, base)
    expect(valuesIn(output, 'member').sort()).toEqual(
      people.map(({ login }) => `uid=${login},ou=people,${servers.slapd.baseDn}`).sort(),
    )
  })

  test('sends each person one letter with a link, at least once and always under the same Message-ID', () => {
    const letters = system.servers.sink.letters().filter((letter) => letter.text.includes('/kich-hoat/'))
    for (const { contact } of people) {
      const own = letters.filter((letter) => letter.receivers.includes(contact))
      expect(new Set(own.map((letter) => letter.messageId)).size).toBe(1)
      expect(new Set(own.map((letter) => /\/kich-hoat\/([\w-]+)/.exec(letter.text)?.[1])).size).toBe(1)
    }
  })

  test('leaves the audit chain whole, and nothing noted twice', async () => {
    const { services } = system
    expect((await services.audit.verify(allowed('audit.read'))).broken).toBeNull()
    const { prisma } = services.database
    for (const { id } of people) {
      const entries = await prisma.auditEntry.findMany({ where: { subject: `account:${id}` }, orderBy: { seq: 'asc' } })
      expect(entries.map(({ action }) => action)).toEqual(['account.issued', 'account.ready'])
      const events = await prisma.accountEvent.findMany({ where: { accountId: id }, orderBy: { id: 'asc' } })
      expect(events.map(({ kind }) => kind)).toEqual(['issued', 'ready'])
      expect(await prisma.token.count({ where: { subject: id } })).toBe(1)
    }
  })
})
