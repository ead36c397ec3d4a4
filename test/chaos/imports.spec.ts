import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { ImportId, ImportState } from '../../src/imports/import.ts'
import { drawer, type Entry } from '../../scripts/roster/people.ts'
import { entriesOf } from '../../scripts/servers/entries.ts'
import { worker as workerProcess } from '../support/processes.ts'
import { arrived, seedProvince } from '../support/rosters.ts'
import { full, seeded } from '../support/scale.ts'
import { allowed, seedStaff, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

const RUNS = full ? 20 : 1
/** More than one batch of the worker at full figures. */
const ROWS = full ? 1_200 : 60
const KILLS = full ? 3 : 1
const PATIENCE_MS = 120_000
const seed = Math.trunc(Math.random() * 1e6)
const random = seeded(seed)

let system: System
let first: PersonActor
let second: PersonActor
let victim: ReturnType<typeof workerProcess>
/** How often slapd ended by itself. */
let crashes = 0
beforeAll(async () => {
  system = await startSystem({ fast: false })
  const { services, servers } = system
  const province = await seedProvince(services)
  first = await seedStaff(services, 'it-staff', province, 'Lê Đức Thắng')
  second = await seedStaff(services, 'it-staff', province, 'Vũ Minh Tuấn')
  victim = workerProcess('worker', servers.folder, system.env)
  await victim.start()
}, 120_000)
afterAll(async () => {
  if (crashes > 0) console.log(`slapd crashed ${crashes} times and was started again`)
  await victim.kill()
  await system.stop()
})

const HEAD = 'Họ và tên;Ngày sinh;Số CCCD;Chức vụ;Phòng ban;Đơn vị công tác'
const people: readonly Entry[] = (() => {
  const draw = drawer(41, { addresses: 0 })
  return Array.from({ length: ROWS }, draw)
})()
/** Of each run the same names, posts and units, but people of their own. */
const numberOf = (run: number, n: number): string => `022088${500_000 + run * ROWS + n}`
const list = (run: number, post: (entry: Entry, n: number) => readonly string[]): Buffer =>
  Buffer.from(
    [HEAD, ...people.map((each, n) => [each.name, '05/09/1988', numberOf(run, n), ...post(each, n)].join(';'))].join(
      '\n',
    ),
  )
const hired = (entry: Entry): string[] => [entry.position, entry.unit, entry.parentUnit]
/** A third is promoted, a third moves to where somebody else is, a third stays as it was. */
const moved = (entry: Entry, n: number): string[] => {
  const [, unit = '', parent = ''] = hired(people[(n + 7) % ROWS] ?? entry)
  if (n % 3 === 0) return ['Chuyên viên cao cấp', entry.unit, entry.parentUnit]
  return n % 3 === 1 ? [entry.position, unit, parent] : hired(entry)
}

const stateOf = (id: ImportId) => system.services.imports.state(allowed('import.read', first), id)
/** Nothing of a database that is just away. */
const away = <T>(value: Promise<T>): Promise<T | null> => value.catch(() => null)

/** As systemd would: slapd 2.5 crashes at times when a connection is cut inside a transaction, as a killed worker's is. */
async function slapdIsUp(): Promise<boolean> {
  const { slapd } = system.servers
  if (!slapd.running()) {
    crashes++
    await slapd.start()
  }
  return slapd.running()
}

/** The worker works until the import is so, and dies on the way as often as `kills` says, with a server beside it now and then. */
async function works(id: ImportId, state: ImportState, kills: number): Promise<void> {
  const { slapd, postgres } = system.servers
  for (let n = 0; n < kills; n++) {
    await pause(random() * (full ? 1_500 : 300))
    await victim.kill()
    const which = Math.trunc(random() * 4)
    if (which === 0) {
      await slapd.kill()
      await slapd.start()
    } else if (which === 1) {
      await postgres.kill()
      await postgres.start()
      await until('the database', () => away(system.services.database.pool.query('SELECT 1')))
    }
    await victim.start()
  }
  await until(`import ${state}`, async () => (await slapdIsUp()) && (await away(stateOf(id))) === state, PATIENCE_MS)
}
async function inStep(): Promise<void> {
  const behind = async () => (await system.services.sync.counts(allowed('sync.read', first))).behind
  await until('nothing is behind', async () => (await slapdIsUp()) && (await behind()) === 0, PATIENCE_MS)
}

/** From a file to what it asks for, on every target. */
async function carriedOut(bytes: Buffer, kills: number): Promise<ImportId> {
  const { imports } = system.services
  const id = await arrived(system.services, first, bytes, { fileName: 'ds.csv' })
  await works(id, 'preview', full ? Math.min(kills, 1) : 0)
  const hash = (await imports.read(allowed('import.read', first), id))?.record.hash ?? ''
  const started = await imports.start(allowed('import.change', first), id, hash)
  if (!started.ok) throw new Error(started.refusal.kind)
  const { holdId } = started.value
  if (started.value.state === 'asked') await imports.approve(allowed('import.approve', second), id, hash)
  if (holdId !== null) await release(holdId)
  await works(id, 'done', kills)
  await inStep()
  return id
}
async function release(holdId: string): Promise<void> {
  const { brakes } = system.services
  await brakes.ask(allowed('brake.release', first), holdId, 'Theo quyết định 12/QĐ-SNV')
  const released = await brakes.release(allowed('brake.release', second), holdId)
  if (!released.ok) throw new Error(released.refusal.kind)
}

async function takenBack(id: ImportId, kills: number): Promise<void> {
  const { imports } = system.services
  await imports.weigh(allowed('import.change', first), id)
  await works(id, 'weighed', full ? Math.min(kills, 1) : 0)
  const undone = await imports.undo(allowed('import.change', first), id, 'Đơn vị gửi nhầm danh sách')
  if (!undone.ok) throw new Error(undone.refusal.kind)
  if (undone.value.holdId !== null) await release(undone.value.holdId)
  await works(id, 'undone', kills)
  await inStep()
}

/** A run may go on over midnight, where a post ends that on the same day is corrected. */
const isOfToday = ({ validFrom, validTo }: { validFrom: Date; validTo: Date | null }): boolean =>
  validTo === null || validTo <= validFrom

/**
 * All that a run leaves, in the database and on the servers, person by person; what each run has of its own is told by a name.
 */
async function left(run: number): Promise<unknown[]> {
  const { services, servers } = system
  const { prisma } = services.database
  const { slapd } = servers
  const ou = `ou=people,${slapd.baseDn}`
  const homes = new Set(readdirSync(servers.dovecot.mailHome))
  const entries = new Map<string, string>()
  for (const entry of await entriesOf(slapd, ou, '(congvuId=*)'))
    entries.set(/^uid: (.+)$/m.exec(entry)?.[1] ?? '', entry)
  const groups = await entriesOf(slapd, slapd.baseDn, '(member=*)')
  const units = new Map((await prisma.unitVersion.findMany()).map(({ unitId, name }) => [unitId, name]))
  const numbers = new Map((await prisma.unit.findMany()).map(({ id, number }) => [id, number]))
  const found: unknown[] = []
  for (let n = 0; n < ROWS; n++) {
    const persons = await prisma.person.findMany({
      where: { ninHash: services.secrets.numberHash(numberOf(run, n)) },
      include: { posts: true, account: true },
    })
    const accounts = persons.flatMap(({ account }) => account ?? [])
    found.push({
      names: persons.map(({ fullName, posts }) => [fullName, ...posts.filter(isOfToday).map(({ title }) => title)]),
      accounts: await Promise.all(
        accounts.map(async ({ id, login, unitId, state, revision }) => {
          const events = await prisma.accountEvent.findMany({ where: { accountId: id }, orderBy: { id: 'asc' } })
          const addresses = await prisma.address.findMany({ where: { holderId: id } })
          const local = addresses[0]?.local ?? ''
          const dn = `uid=${login},${ou}`
          return {
            ...{ state, revision, unit: units.get(unitId), events: events.map(({ kind }) => kind) },
            addresses: addresses.map((each) => [each.role, each.state]),
            audit: await prisma.auditEntry
              .findMany({ where: { subject: `account:${id}` }, orderBy: { seq: 'asc' } })
              .then((all) => all.map(({ action }) => action)),
            ledger: (await services.sync.rows({ kind: 'account', id }))
              .map((row) => [row.target, row.wanted, row.applied, row.fault, row.verifiedAt !== null])
              .sort(),
            entry: entries
              .get(login)
              ?.replaceAll(id, 'its-id')
              .replaceAll(login, 'its-login')
              .replaceAll(`${local}@`, 'its-address@')
              .split('\n')
              .sort(),
            groups: groups
              .filter((group) => group.split('\n').includes(`member: ${dn}`))
              .map((group) => /^cn: (.+)$/m.exec(group)?.[1])
              .map((cn) => (cn === String(numbers.get(unitId)) ? 'its unit' : cn)),
            home: homes.has(login),
          }
        }),
      ),
    })
  }
  return found
}

describe(`lists of ${ROWS} people, the worker killed, slapd and PostgreSQL pulled away (seed ${seed})`, () => {
  /** After hiring, after moving, after the moving was taken back. */
  async function life(run: number, kills: number): Promise<unknown[][]> {
    const states: unknown[][] = []
    await carriedOut(list(run, hired), kills)
    states.push(await left(run))
    const change = await carriedOut(list(run, moved), kills)
    states.push(await left(run))
    await takenBack(change, kills)
    states.push(await left(run))
    return states
  }

  let undisturbed: unknown[][]
  test('undisturbed, each has one account, entry and mailbox, and changes leave a trace', async () => {
    undisturbed = await life(0, 0)
    const [hired, changed] = undisturbed
    expect(hired).toHaveLength(ROWS)
    for (const each of hired ?? [])
      expect(each).toMatchObject({
        accounts: [{ state: 'awaiting-activation', events: ['issued', 'ready'], groups: ['its unit'], home: true }],
      })
    expect(changed).not.toEqual(hired)
  }, 600_000)

  test.each(Array.from({ length: RUNS }, (_, n) => n + 1))(
    'run %i ends as the undisturbed one',
    async (run) => {
      const states = await life(run, KILLS)
      for (const [n, state] of states.entries()) expect(state).toEqual(undisturbed[n])
      expect((await system.services.audit.verify(allowed('audit.read'))).broken).toBeNull()
    },
    600_000,
  )

  test('no import was begun, done or taken back twice', async () => {
    const entries = await system.services.database.prisma.auditEntry.findMany({
      where: { subject: { startsWith: 'import:' } },
    })
    const once = entries.map(({ action, subject }) => `${action} ${subject}`)
    expect(once.filter((each, n) => once.indexOf(each) !== n)).toEqual([])
  })
})
