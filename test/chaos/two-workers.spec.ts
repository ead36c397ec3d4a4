import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { manyPeople, type Member } from '../support/many.ts'
import { worker } from '../support/processes.ts'
import { full, scaled, seeded } from '../support/scale.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'
import { until } from '../support/waiting.ts'
import { watchWrites, type Written } from '../support/written.ts'

/** Moments at which a worker is killed, or frozen until the other has done its work. */
const BLOWS = scaled(30)

let system: System
let staff: PersonActor
let written: () => Written[]
let members: Member[]
let workers: ReturnType<typeof worker>[]

/** Each a process of its own; the database sees which of them writes. */
const named = (name: string) => {
  const url = new URL(system.env['DATABASE_URL'] ?? '')
  url.searchParams.set('application_name', name)
  return worker(name, system.servers.folder, { ...system.env, DATABASE_URL: url.href })
}

beforeAll(async () => {
  system = await startSystem()
  const units = await seedUnits(system.services)
  staff = await seedStaff(system.services, 'it-staff', units.province, 'Lê Đức Thắng')
  await system.services.database.pool.query(`
    CREATE TABLE applied_by (name text, subject uuid, target text, applied int);
    CREATE FUNCTION note_applied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO applied_by VALUES (current_setting('application_name'), new.subject_id, new.target, new.applied);
      RETURN NULL; END $$;
    CREATE TRIGGER note_applied AFTER UPDATE ON sync FOR EACH ROW WHEN (new.applied > old.applied) EXECUTE FUNCTION note_applied()`)
  written = await watchWrites(system.servers)
  workers = [named('one'), named('other')]
  await Promise.all(workers.map((each) => each.start()))
  members = await manyPeople(system.services, scaled(1_000), [units.agency, units.other])
}, 240_000)
afterAll(async () => {
  await Promise.all(workers.map((each) => each.kill()))
  await system.stop()
})

/** slapd 2.5 crashes at times when a connection is cut within a transaction; where people serve, systemd starts it again. */
async function upAgain(): Promise<void> {
  const { slapd } = system.servers
  if (slapd.running()) return
  await slapd.kill()
  await slapd.start()
}

async function inStep(): Promise<void> {
  const behind = async () => {
    await upAgain()
    return (await system.services.sync.counts(allowed('sync.read', staff))).behind
  }
  try {
    await until('nothing is behind', async () => (await behind()) === 0, 240_000)
  } catch (error) {
    const { rows } = await system.services.database.pool.query('SELECT * FROM sync WHERE applied < wanted LIMIT 5')
    const logs = workers.map((each) => each.log().slice(-2_000))
    throw new Error([String(error), JSON.stringify(rows, null, 1), ...logs].join('\n'), { cause: error })
  }
}
const byName = (writes: readonly Written[]) => Map.groupBy(writes, ({ dn }) => dn)
const dnOf = ({ login }: Member) => `uid=${login},ou=people,${system.servers.slapd.baseDn}`

/** Another size for each of them, a few at a time: small pieces of work that both workers reach for at once. */
async function resize(some: readonly Member[], mb: number, waitMs: () => number = () => 0): Promise<void> {
  const { services } = system
  const left = [...some]
  const one = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const { id } = next
      await services.transaction((tx) => services.accounts.setQuota(tx, cliActor('test'), id, QuotaMb.parse(mb)))
      await pause(waitMs())
    }
  }
  await Promise.all([one(), one(), one(), one()])
}

test('two workers on two processes apply what is due once each, as the directory server counts', async () => {
  await inStep()
  const made = byName(written())
  for (const who of members) expect(made.get(dnOf(who))?.map(({ type }) => type)).toEqual(['add'])
  // A group is written as its members come, each revision once.
  for (const [dn, of] of made) {
    const revisions = of.map(({ revision }) => revision)
    expect({ dn, revisions }).toEqual({ dn, revisions: [...new Set(revisions)] })
  }

  await resize(members, 3_072)
  await inStep()
  const changed = byName(written())
  for (const who of members) expect(changed.get(dnOf(who))).toEqual([{ type: 'modify', dn: dnOf(who), revision: 2 }])
  expect([...changed.keys()].filter((dn) => !members.some((who) => dnOf(who) === dn))).toEqual([])

  const { rows } = await system.services.database.pool.query<{ name: string; n: number }>(
    `SELECT name, count(*)::int AS n FROM applied_by WHERE target = 'directory' AND applied = 2 AND subject = ANY ($1) GROUP BY 1 ORDER BY 1`,
    [members.map(({ id }) => id)],
  )
  expect(rows.map(({ name }) => name)).toEqual(['one', 'other'])
  expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(members.length)
})

test(`${BLOWS} times killed or frozen, they come to what is wanted, and never write an older revision over a newer`, async () => {
  const { services } = system
  const random = seeded(721)
  const { pool } = services.database
  let [mb, going] = [4_096, true]
  const changing = (async () => {
    while (going) await resize(members.slice(0, 100), (mb += 1), () => random() * 20)
  })()
  for (let blow = 0; blow < BLOWS; blow++) {
    const victim = workers[blow % 2]
    if (!victim) throw new Error('no worker')
    await pause(random() * 150)
    const pid = victim.pid() ?? 0
    if (blow % 3 === 2) {
      // Its claims end while it still holds what it read; when it wakes, the other one has been there.
      process.kill(pid, 'SIGSTOP')
      const name = blow % 2 === 0 ? 'one' : 'other'
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name])
      await pause(300 + random() * 700)
      process.kill(pid, 'SIGCONT')
    } else {
      await victim.kill()
      await victim.start()
    }
    await upAgain()
  }
  going = false
  await changing
  await inStep()

  const writes = written()
  for (const [dn, of] of byName(writes)) {
    const revisions = of.map(({ revision }) => revision)
    expect({ dn, revisions }).toEqual({ dn, revisions: revisions.toSorted((a, b) => Number(a) - Number(b)) })
  }
  expect(writes.length).toBeGreaterThan(full ? 1_000 : 100)
  const run = await services.reconcile.runs.now(allowed('reconcile.change'), { kind: 'all' })
  expect(run).toMatchObject({ state: 'done', doubt: null, inFlight: 0 })
  const everything = { kind: null, target: null, state: null, unit: null, q: '', run: null } as const
  const { findings } = await services.reconcile.findings(allowed('reconcile.read', staff), everything, {
    limit: 10,
    offset: 0,
  })
  expect(findings).toEqual([])
}, 900_000)
