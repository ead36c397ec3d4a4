import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import type { LifeCommand } from '../../src/accounts/life.ts'
import { addDays } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { provisionerOf } from '../../src/provisioning/apply.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { visit } from '../servers/support.ts'
import { movedClock } from '../support/clock.ts'
import { valuesIn } from '../support/ldif.ts'
import { activate, atWork, inStep, issued, linkIn, PASSWORD, type Mailbox } from '../support/people.ts'
import { seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

const by = cliActor('test')
const clock = movedClock()
let system: System
let worker: Worker
let staff: PersonActor
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let at: ReturnType<typeof visit>

beforeAll(async () => {
  system = await startSystem({ clock })
  at = visit(system.servers)
  units = await seedUnits(system.services)
  staff = await seedStaff(system.services, 'it-staff', units.agency, 'Lê Đức Thắng')
  worker = await work(system.services)
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await system.stop()
})

const enact = async (who: Mailbox, command: LifeCommand, early = false) => {
  const { services } = system
  const [decision] = await services.transaction((tx) =>
    services.accounts.enact(tx, by, [{ id: who.id, command, early }], { why: 'Theo quyết định của đơn vị.' }),
  )
  if (!decision?.ok) throw new Error(JSON.stringify(decision?.refusal))
  await inStep(services, who.id, 20_000)
  return decision.value
}
const entryOf = (who: Mailbox) => at.search(`(congvuId=${who.id})`, ['*']).then(({ output }) => output)
const homeOf = (who: Mailbox) => join(system.servers.dovecot.mailHome, who.login)
const archiveOf = (who: Mailbox, no: number) => join(`${system.servers.dovecot.mailHome}-archive`, `${who.login}-${no}`)
const archives = (who: Mailbox) =>
  system.services.database.prisma.mailArchive.findMany({ where: { accountId: who.id }, orderBy: { no: 'asc' } })
const rows = (who: Mailbox) => system.services.sync.rows({ kind: 'account', id: who.id })
const countIn = async (who: Mailbox) => (await system.services.mail.usage(who.login)).messages

/** Letters from outside, until they are counted in the mailbox. */
async function receive(who: Mailbox, n: number): Promise<void> {
  const before = await countIn(who)
  for (let i = 0; i < n; i++) expect((await at.mailFromOutside(who.mail)).code).toBe(0)
  await until('the letters', async () => (await countIn(who)) === before + n)
}

describe('whoever leaves for good', () => {
  let an: Mailbox
  beforeAll(async () => {
    an = await atWork(system.services, system.servers.sink, staff, units.agency, { fullName: 'Đặng Thị An' })
    await receive(an, 3)
  }, 30_000)

  test('is kept first: no sign-in at any door, letters still arrive, no longer of the unit’s group', async () => {
    await enact(an, { type: 'leave', cause: 'retired' })
    await expect(at.imap(an.login, PASSWORD, () => Promise.resolve())).rejects.toThrow()
    const dn = valuesIn(await entryOf(an), 'dn')[0] ?? ''
    expect((await at.whoami(dn, PASSWORD)).code).not.toBe(0)
    await receive(an, 1)
    const groups = `ou=groups,${system.servers.slapd.baseDn}`
    await until('the group without her', async () => {
      const { output } = await at.search(`(member=${dn})`, ['cn'], undefined, undefined, groups)
      return valuesIn(output, 'cn').length === 0
    })
    const letter = await system.servers.sink.waitFor(an.contact, ({ text }) => text.includes('lưu giữ đến ngày'))
    expect(letter.subject).toContain(an.mail)
  })

  test('is archived when the term is over: nothing arrives, and every letter is in the archive', async () => {
    clock.to(addDays(clock.today(), 200))
    await enact(an, { type: 'archive' })
    expect((await at.mailFromOutside(an.mail)).output).toContain('550 5.1.1')
    expect(await archives(an)).toMatchObject([{ no: 1, messages: 4 }])
    expect(readdirSync(archiveOf(an, 1))).toEqual(['Maildir'])
    expect(await countIn(an)).toBe(4)
  })

  test('is deleted everywhere: no entry, not a file, and the ledger knows nothing of where it was', async () => {
    clock.to(addDays(clock.today(), 8))
    await enact(an, { type: 'delete' })
    expect(await entryOf(an)).toBe('')
    expect(existsSync(homeOf(an))).toBe(false)
    expect(await rows(an)).toMatchObject([
      { remoteId: null, remoteDn: null },
      { remoteId: null, remoteDn: null },
    ])
  })

  test('is brought back with every letter, and chooses a new password', async () => {
    const old = await linkIn(system.servers.sink, an.contact)
    await enact(an, { type: 'recover', to: 'in-use' })
    expect(await countIn(an)).toBe(4)
    expect(await archives(an)).toMatchObject([{ no: 1, messages: 4, restoredAt: expect.any(Date) }])
    expect(valuesIn(await entryOf(an), 'congvuSignIn')).toEqual(['FALSE'])
    const link = await linkIn(system.servers.sink, an.contact, [old])
    const set = await system.services.accounts.activate(link, 'núi Yên Tử mây trắng bay', 'núi Yên Tử mây trắng bay')
    expect(set.ok).toBe(true)
    await inStep(system.services, an.id)
    expect(await at.subjects(an.login, 'núi Yên Tử mây trắng bay', 4)).toHaveLength(4)
    await receive(an, 1)
  })

  test('a second time has an archive of its own; buried, nothing is left but the address, which nobody gets', async () => {
    await enact(an, { type: 'leave', cause: 'resigned' })
    await enact(an, { type: 'archive' }, true)
    await enact(an, { type: 'delete' }, true)
    expect(await archives(an)).toMatchObject([
      { no: 1, messages: 4 },
      { no: 2, messages: 5 },
    ])
    clock.to(addDays(clock.today(), 91))
    await enact(an, { type: 'bury' })
    expect(existsSync(archiveOf(an, 1)) || existsSync(archiveOf(an, 2))).toBe(false)
    expect((await archives(an)).every(({ discardedAt }) => discardedAt !== null)).toBe(true)
    const [local = ''] = an.mail.split('@')
    const { prisma } = system.services.database
    expect(await prisma.address.findMany({ where: { local } })).toMatchObject([{ state: 'tombstone', holderId: an.id }])
    const namesake = await issued(system.services, staff, units.agency, { fullName: 'Đặng Thị An' })
    expect(namesake.mail).not.toBe(an.mail)
  })
})

describe('an account that is taken back', () => {
  test('leaves nothing on any target, whether or not it was ever used', async () => {
    const never = await issued(system.services, staff, units.agency, { fullName: 'Lê Văn Bình' })
    await inStep(system.services, never.id)
    await receive(never, 2)
    await enact(never, { type: 'take-back' })
    expect(await entryOf(never)).toBe('')
    expect(existsSync(homeOf(never))).toBe(false)
    // Letters that were there are not lost: they are in the archive for as long as it can be brought back.
    expect(await archives(never)).toMatchObject([{ messages: 2 }])
  })

  test('before it ever reached a target is gone without a trace', async () => {
    await worker.stop()
    const fresh = await issued(system.services, staff, units.agency, { fullName: 'Phạm Văn Cường' })
    const { services } = system
    const taken = services.transaction((tx) =>
      services.accounts.enact(tx, by, [{ id: fresh.id, command: { type: 'take-back' } }]),
    )
    expect((await taken)[0]?.ok).toBe(true)
    worker = await work(services)
    await inStep(services, fresh.id, 20_000)
    expect(await entryOf(fresh)).toBe('')
    expect(existsSync(homeOf(fresh))).toBe(false)
  })
})

describe('a worker that dies while it removes', () => {
  /** The provisioning of a worker that dies at the nth thing it asks of a target, before it is done or right after. */
  function dying(n: number, after: boolean) {
    const { database, transaction, mail, accounts, directory } = system.services
    let asked = 0
    const deadly = <Verbs extends object>(verbs: Verbs): Verbs =>
      new Proxy(verbs, {
        get(of, name) {
          const verb: unknown = Reflect.get(of, name)
          if (typeof verb !== 'function') return verb
          return async (...args: unknown[]) => {
            const mine = ++asked
            if (mine === n && !after) throw new Death()
            const done: unknown = await Reflect.apply(verb, of, args)
            if (mine === n) throw new Death()
            return done
          }
        },
      })
    const { wanted, arrived, kept } = accounts
    return provisionerOf({
      ...{ prisma: database.prisma, transaction, clock, wanted, arrived, kept },
      ...{ directory: deadly(directory), mail: deadly(mail) },
    }).run()
  }
  class Death extends Error {}

  test('at whatever moment: the next one ends where an undisturbed one does, and no letter is lost', async () => {
    const { services } = system
    const { provisioner } = services
    await worker.stop()
    const moments = Array.from({ length: 18 }, (_, n) => ({ n: Math.floor(n / 2) + 1, after: n % 2 === 1 }))
    const people = await Promise.all(
      moments.map(() => issued(services, staff, units.agency, { fullName: 'Bùi Văn Em' })),
    )
    await provisioner.run()
    await Promise.all(people.map((who) => receive(who, 1)))
    const died: number[] = []
    for (const [index, who] of people.entries()) {
      const { n = 0, after = false } = moments[index] ?? {}
      const taken = await services.transaction((tx) =>
        services.accounts.enact(tx, by, [{ id: who.id, command: { type: 'take-back' } }]),
      )
      expect(taken[0]?.ok).toBe(true)
      const outcome = await dying(n, after).then(
        () => 'lived',
        (error: unknown) => {
          if (!(error instanceof Death)) throw error
          return 'died'
        },
      )
      if (outcome === 'died') died.push(n)
      await provisioner.run()
      await inStep(services, who.id, 0)
      expect(await entryOf(who)).toBe('')
      expect(existsSync(homeOf(who))).toBe(false)
      expect(await archives(who)).toMatchObject([{ messages: 1 }])
      expect(existsSync(join(archiveOf(who, 1), 'Maildir'))).toBe(true)
    }
    worker = await work(services)
    // It was asked for at least: homes, entry, homes, archive, purge, removal, homes.
    expect(new Set(died).size).toBeGreaterThanOrEqual(7)
  }, 120_000)
})

describe('under a legal hold', () => {
  test('nothing is deleted, not even what was decided before', async () => {
    const { services } = system
    const dung = await atWork(services, system.servers.sink, staff, units.agency, { fullName: 'Vũ Thị Dung' })
    await receive(dung, 2)
    await enact(dung, { type: 'leave', cause: 'dismissed' })
    await enact(dung, { type: 'archive' }, true)
    await worker.stop()
    const [deleted] = await services.transaction((tx) =>
      services.accounts.enact(tx, by, [{ id: dung.id, command: { type: 'delete' }, early: true }]),
    )
    expect(deleted?.ok).toBe(true)
    const [held] = await services.transaction((tx) =>
      services.accounts.enact(tx, by, [{ id: dung.id, command: { type: 'hold' } }]),
    )
    expect(held?.ok).toBe(true)
    worker = await work(services)
    await until('the hold to be seen', async () =>
      (await rows(dung)).every(({ detail }) => detail === 'kept under a legal hold'),
    )
    expect(await countIn(dung)).toBe(2)
    expect(existsSync(homeOf(dung))).toBe(true)
    // Brought back, it is as it was.
    await enact(dung, { type: 'recover', to: 'kept' })
    expect(await countIn(dung)).toBe(2)
    await activate(services, system.servers.sink, dung).then(
      () => Promise.reject(new Error('nobody who has left signs in')),
      () => undefined,
    )
  })
})
