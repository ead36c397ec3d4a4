import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { createTransport } from 'nodemailer'
import pg from 'pg'
import { dayOf } from '../../src/kernel/day.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { work } from '../../src/main/work.ts'
import type { ReorganisationId, ReorganisationState } from '../../src/reorganisations/reorganisation.ts'
import { worker as workerProcess } from '../support/processes.ts'
import { knocking } from '../support/knocking.ts'
import { drafted, dump, letBegin, planFor, quangNinh, type Province } from '../support/reorganisations.ts'
import { freshSeed, full, scaled, seeded } from '../support/scale.ts'
import { entries, mailStore } from '../support/snapshot.ts'
import { allowed, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'

/** Otherwise two of each unit. */
const PEOPLE = full ? 12_000 : 0
const KILLS = scaled(30)
/** One address in so many of former units is written to. */
const ONE_IN = full ? 1 : 8
const WITH_MAILBOX = 40
/** The longest that a worker lives, in milliseconds after it is ready. */
const LIFE_MS = full ? 900 : 500
const PATIENCE_MS = full ? 900_000 : 180_000

const seed = freshSeed()
const random = seeded(seed)
let system: System
let province: Province
let id: ReorganisationId
/** The same database with nobody to disturb the plan. */
let undisturbed: Services | undefined
let killed = 0

const tidier = { kind: 'job', id: 'job:tidy', name: 'tidy' } as const
const follow = (services: Services) => services.lists.follow(allowed('system.tidy', tidier))
const directory = () => entries(system.servers.slapd)
const mailboxes = () => mailStore(system.servers.dovecot.mailHome)
const behind = async () => (await system.services.sync.counts(allowed('sync.read', province.staff))).behind
const stateOf = async (services: Services) =>
  (await services.reorganisations.read(allowed('reorganisation.read', province.staff), id))?.record.state
const query = async <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
  (await system.services.database.pool.query<T>(sql, values)).rows

/** The mail store once nothing is written into it any more. A letter has a UID from when its folder is next looked at. */
async function still() {
  const { dovecot, folder } = system.servers
  const readers = join(folder, 'readers')
  writeFileSync(readers, [...new Set(arrived().values())].join('\n'))
  await dovecot.doveadm('mailbox', 'status', '-F', readers, 'messages', 'INBOX')
  return until('the mail store to be still', async () => {
    const first = mailboxes()
    await pause(500)
    return JSON.stringify([...first]) === JSON.stringify([...mailboxes()]) && first
  })
}

/** Which of a dump's columns tell of the directory too, and not of the plan alone. */
const decided = (tables: Awaited<ReturnType<typeof dump>>) => ({
  ...tables,
  addresses: tables['addresses']?.map((row) => ({ ...(row as object), first_live_at: null })),
})

/** A copy of the database, in which nothing but the plan goes on. */
async function copyOf({ servers, env, services }: System): Promise<Services> {
  const [row] = await query<{ name: string }>('SELECT current_database() AS name')
  const admin = new pg.Client({ connectionString: servers.postgres.url })
  await admin.connect()
  try {
    // Only what nobody is connected to can be copied.
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [row?.name])
    const url = await servers.postgres.createDatabase('undisturbed', row?.name)
    const answers = () => services.database.pool.query('SELECT 1').then(() => true)
    await until('the database again', () => answers().catch(() => false))
    return compose(parseConfig({ ...env, DATABASE_URL: url }), logger('silent'))
  } finally {
    await admin.end()
  }
}

/** Whom each list reaches. */
const reached = async () =>
  new Map(
    (
      await query<{ list: string; members: string[] }>(
        'SELECT group_id AS list, array_agg(account_id::text) AS members FROM list_member GROUP BY 1',
      )
    ).map(({ list, members }) => [list, new Set(members)]),
  )

/** Whom lists reach, again and again; answers at the end who was missing for a while that they reach before and after. */
async function lookingAtLists() {
  const [first, missed] = [await reached(), new Map<string, Set<string>>()]
  let isOver = false
  const looks = (async () => {
    while (!isOver) {
      const now = await reached()
      for (const [list, members] of first)
        for (const id of members) if (!now.get(list)?.has(id)) missed.set(list, (missed.get(list) ?? new Set()).add(id))
      await pause(50)
    }
  })()
  // Heard when it is over.
  looks.catch(() => undefined)
  return async () => {
    isOver = true
    await looks
    const last = await reached()
    return [...missed].flatMap(([list, ids]) => [...ids].filter((id) => last.get(list)?.has(id)))
  }
}

/**
 * Workers that are killed, each after a while, until so many were; then one that may finish. No address is unknown meanwhile, and
 * no list is without those whom it goes on to reach.
 */
async function underFire(kills: number, end: ReorganisationState): Promise<void> {
  const { smtp, domain } = system.servers
  const knocks = knocking(
    smtp,
    before.addresses.map(({ local }) => `${local}@${domain}`),
  )
  const missed = await lookingAtLists()
  const isOver = async () => (await stateOf(system.services)) === end && (await behind()) === 0
  const victim = workerProcess('worker', system.servers.folder, system.env)
  for (const last = killed + kills; killed < last && !(await isOver()); killed++) {
    await victim.start()
    await pause(random() * LIFE_MS)
    await victim.kill()
  }
  const worker = await work(system.services)
  try {
    await until(`the plan ${end}, and everybody in step`, isOver, PATIENCE_MS)
  } finally {
    await worker.stop()
  }
  await follow(system.services)
  await system.services.provisioner.run()
  expect(await missed()).toEqual([])
  const { refused, rounds } = await knocks.stop()
  expect(refused).toEqual([])
  expect(rounds).toBeGreaterThan(kills)
}

/** Letters from outside, over a few connections; each names its receiver in its subject. */
async function write(locals: readonly string[]): Promise<void> {
  const { smtp, domain } = system.servers
  const transport = createTransport({ ...smtp, name: 'client.example', pool: true, maxConnections: 4, ignoreTLS: true })
  try {
    await Promise.all(
      locals.map((local) =>
        transport.sendMail({
          from: 'dan@example.com',
          to: `${local}@${domain}`,
          subject: `to ${local}`,
          text: 'Kính gửi',
        }),
      ),
    )
  } finally {
    transport.close()
  }
}

/** Which mailbox has the letter to each address. */
function arrived(): Map<string, string> {
  const root = system.servers.dovecot.mailHome
  const found = new Map<string, string>()
  for (const login of readdirSync(root)) {
    const inbox = join(root, login, 'Maildir/new')
    if (!existsSync(inbox)) continue
    for (const name of readdirSync(inbox)) {
      const to = /^Subject: to (\S+)/m.exec(readFileSync(join(inbox, name), 'utf8'))?.[1]
      if (to !== undefined) found.set(to, login)
    }
  }
  return found
}

type Before = {
  database: Awaited<ReturnType<typeof dump>>
  directory: Map<string, string[]>
  mailboxes: Map<string, string>
  /** Addresses of units, with the unit whose mailbox they are. */
  addresses: { local: string; unit: string }[]
}
let before: Before

beforeAll(async () => {
  system = await startSystem({ env: { LDAP_TIMEOUT_MS: '60000' } })
  const { services } = system
  province = await quangNinh(services, PEOPLE)
  await follow(services)
  // A mailbox is made like another: where few are enough, only some people have one.
  if (!full)
    await query(
      `UPDATE sync SET applied = wanted, verified_at = now() WHERE target = 'mail' AND subject_id IN (
         SELECT id FROM account WHERE kind = 'person' ORDER BY number OFFSET ${WITH_MAILBOX})`,
    )
  await until(
    'everybody in step',
    async () => (await services.provisioner.run()) === 0 && (await behind()) === 0,
    PATIENCE_MS,
  )
  const addresses = await query<{ local: string; unit: string }>(
    `SELECT d.local, a.unit_id AS unit FROM address d JOIN account a ON a.id = d.holder_id
     WHERE a.kind = 'unit' AND d.state = 'live' ORDER BY d.local`,
  )
  const people = await query<{ local: string }>(
    `SELECT d.local FROM address d JOIN account a ON a.id = d.holder_id WHERE a.kind = 'person' AND a.state = 'active'
     ORDER BY a.number LIMIT 20`,
  )
  const some = [...people.map(({ local }) => local), ...addresses.slice(0, 20).map(({ local }) => local)]
  await write(some)
  await until('the first letters', () => Promise.resolve(arrived().size === some.length), PATIENCE_MS)
  id = await drafted(services, province.staff, planFor(services, province))
  await letBegin(services, province, id)
  undisturbed = await copyOf(system)
  before = { database: await dump(services), directory: await directory(), mailboxes: await still(), addresses }
}, 900_000)
afterAll(async () => {
  await undisturbed?.close()
  await system.stop()
})

describe(`Quảng Ninh’s reorganisation by workers that are killed (seed ${seed})`, () => {
  beforeAll(async () => {
    await underFire(Math.ceil(KILLS / 2), 'applied')
  }, 900_000)

  test('ends as one that nobody disturbed', async () => {
    if (!undisturbed) throw new Error('There is no copy')
    await undisturbed.reorganisations.work()
    await follow(undisturbed)
    expect(decided(await dump(system.services))).toEqual(decided(await dump(undisturbed)))
  }, 300_000)

  test('moves no entry of the directory', async () => {
    const now = await directory()
    const identity = (lines: readonly string[] = []) =>
      lines.filter((line) => /^(entryUUID|congvuId|uid|cn): /.test(line))
    const names = /^(entryUUID|congvuId|uid): /
    for (const [dn, lines] of before.directory)
      expect({ dn, is: identity(now.get(dn)).filter((line) => names.test(line)) }).toEqual({
        ...{ dn, is: identity(lines).filter((line) => names.test(line)) },
      })
    const fresh = [...now.keys()].filter((dn) => !before.directory.has(dn))
    expect(fresh.filter((dn) => !dn.includes(',ou=groups,'))).toEqual([])
  })

  test('touches no mailbox', () => {
    expect(mailboxes()).toEqual(before.mailboxes)
  })

  test('leaves every entry as it should be: a repair of all finds nothing to write', async () => {
    const now = await directory()
    await system.services.sync.repairAll(allowed('sync.change', province.staff), 'directory')
    await system.services.provisioner.run()
    expect(await behind()).toBe(0)
    expect(await directory()).toEqual(now)
  }, 300_000)

  test('lets letters to former units arrive at their heirs', async () => {
    const asked = before.addresses.filter((_, n) => n % ONE_IN === 0)
    const earlier = arrived()
    const locals = asked.map(({ local }) => local)
    await write(locals.filter((local) => !earlier.has(local)))
    await until('the letters', () => Promise.resolve(locals.every((local) => arrived().has(local))), PATIENCE_MS)
    const heirs = new Map(
      (
        await query<{ from: string; to: string[] }>(
          `SELECT from_id AS "from", array_agg(to_id::text) AS "to" FROM unit_succession GROUP BY 1`,
        )
      ).map(({ from, to }) => [from, to]),
    )
    const living = await query<{ login: string; unit: string; kind: string }>(
      `SELECT a.login, a.unit_id AS unit, a.kind FROM account a JOIN unit_on($1::date) u ON u.unit_id = a.unit_id`,
      [dayOf(system.services.clock())],
    )
    const boxes = new Map(living.map((row) => [row.login, row]))
    const standing = new Set(living.map(({ unit }) => unit))
    const at = arrived()
    for (const { local, unit } of asked.filter(({ local: each }) => !earlier.has(each))) {
      const box = boxes.get(at.get(local) ?? '')
      expect({ local, kind: box?.kind }).toEqual({ local, kind: 'unit' })
      // A unit that goes on, and of which a part is another's, keeps its address.
      expect(standing.has(unit) ? [unit] : heirs.get(unit)).toContain(box?.unit)
    }
  }, 300_000)
})

describe('taken back by workers that are killed', () => {
  let letters: Map<string, string>
  beforeAll(async () => {
    const { services } = system
    letters = await still()
    const asked = await services.reorganisations.reverse(
      ...([allowed('reorganisation.change', province.staff), id, 'Nghị quyết chưa có hiệu lực'] as const),
    )
    if (!asked.ok) throw new Error(JSON.stringify(asked.refusal))
    await underFire(KILLS - killed, 'reversed')
  }, 900_000)

  test('the database, the directory and every mailbox are as before', async () => {
    const database = await dump(system.services)
    for (const [table, rows] of Object.entries(before.database))
      expect({ table, rows: database[table] }).toEqual({ table, rows })
    expect(await directory()).toEqual(before.directory)
    expect(mailboxes()).toEqual(letters)
  }, 120_000)

  test('the log is whole, and tells of the plan once', async () => {
    const { services } = system
    expect((await services.audit.verify(allowed('audit.read'))).broken).toBeNull()
    const told = await query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE subject = $1 AND action IN ('reorganisation.started', 'reorganisation.applied',
         'reorganisation.reverse', 'reorganisation.reversed') ORDER BY seq`,
      [`reorganisation:${id}`],
    )
    expect(told.map(({ action }) => action)).toEqual([
      ...['reorganisation.started', 'reorganisation.applied', 'reorganisation.reverse', 'reorganisation.reversed'],
    ])
    if (full) expect(killed).toBe(KILLS)
  })
})
