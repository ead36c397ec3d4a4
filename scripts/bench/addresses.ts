import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { DEFAULT_POLICY, formsOf, numbered, type Subject } from '../../src/addresses/naming.ts'
import { migrate } from '../../src/db/migrate.ts'
import type { LocalPart } from '../../src/kernel/email-address.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import { fold } from '../../src/kernel/text.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { randomFrom } from '../demo/random.ts'
import { startPostgres } from '../servers/postgres.ts'
import { median, round, table, type Report } from './figures.ts'

const SMALL = 30_000
const BATCH = 50_000

/**
 * Proposals a second with few and with many addresses taken, in turns; then the rate at which addresses are reserved for a
 * draft and kept for its request, in a transaction, beside a bare insert into a table with the same unique key, in turns too.
 */
export async function addresses(options: { size?: number; seconds?: number; rounds?: number } = {}): Promise<Report> {
  const size = options.size ?? 1_000_000
  const small = Math.min(SMALL, Math.ceil(size / 2))
  const { seconds = 3, rounds = 3 } = options
  const folder = mkdtempSync(join(tmpdir(), 'congvu-bench-'))
  chmodSync(folder, 0o755)
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const postgres = await startPostgres({ folder: join(folder, 'postgres') })
    stops.push(() => postgres.stop())
    const open = async (name: string, count: number): Promise<Services> => {
      const url = await postgres.createDatabase(name)
      await migrate(url)
      const services = servicesOn(url, folder)
      stops.push(() => services.close())
      await fill(services.database.pool, count)
      return services
    }
    const few = await open('few', small)
    const many = await open('many', size)
    const rates: Rates = { few: [], many: [], ours: [], drafted: [], floor: [] }
    const names = people(99)
    const proposing = (services: Services) => async () => {
      const { free } = await services.addresses.propose(names(), randomUUID())
      if (free.length !== 3) throw new Error('Three proposals were expected')
    }
    for (const services of [few, many]) await rate(proposing(services), Math.min(1, seconds))
    for (let turn = 0; turn < rounds; turn++) {
      rates.few.push(await rate(proposing(few), seconds))
      rates.many.push(await rate(proposing(many), seconds))
    }

    const { pool } = many.database
    // The floor has as many keys, and gets such as ours.
    await pool.query('CREATE TABLE bare (namespace_id int, local text COLLATE "C", PRIMARY KEY (namespace_id, local))')
    await pool.query('INSERT INTO bare SELECT namespace_id, local FROM address')
    await pool.query('VACUUM ANALYZE bare')
    const nextBare = nextOf(names)
    const insert = () => pool.query('INSERT INTO bare (namespace_id, local) VALUES (1, $1)', [nextBare().local])
    // Who comes next in a family is known, as it is to somebody who was shown proposals; looking is measured above.
    const next = nextOf(names)
    const { addresses: room, transaction } = many
    const send = async () => {
      const { subject, local } = next()
      const held = await transaction((tx) => room.reserveSent(tx, randomUUID(), subject, local))
      if (!held.ok) throw new Error('The address was not held')
    }
    const draftAndSend = async () => {
      const { subject, local } = next()
      const request = randomUUID()
      await transaction(async (tx) => {
        const held = await room.reserve(tx, request, subject, local)
        if (!held.ok || !(await room.keep(tx, request, local)).ok) throw new Error('The address was not held')
      })
    }
    for (const work of [insert, send, draftAndSend]) await rate(work, Math.min(1, seconds))
    for (let turn = 0; turn < rounds; turn++) {
      rates.floor.push(await rate(insert, seconds))
      rates.ours.push(await rate(send, seconds))
      rates.drafted.push(await rate(draftAndSend, seconds))
    }
    return report(size, small, rates, await largest(pool))
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

/** The use cases on a database; directory and mail server are not asked. */
function servicesOn(url: string, folder: string): Services {
  const config = parseConfig({
    DATABASE_URL: url,
    CONGVU_SECRET_KEY: randomBytes(32).toString('base64'),
    CONGVU_PUBLIC_URL: 'http://127.0.0.1:1',
    CONGVU_PORT: '0',
    LDAP_URL: 'ldap://127.0.0.1:9',
    LDAP_BIND_DN: 'cn=none',
    LDAP_BIND_PASSWORD: 'none',
    LDAP_BASE_DN: 'dc=none',
    MAIL_DRIVER: 'embedded',
    EMBEDDED_MAIL_FOLDER: folder,
    SMTP_URL: 'smtp://127.0.0.1:9',
    LOG_LEVEL: 'silent',
  })
  return compose(config, logger('silent'), { connections: 10 })
}

/** How often `work` is done in a second, some at a time. */
async function rate(work: () => Promise<unknown>, seconds: number, width = 4): Promise<number> {
  const start = performance.now()
  const end = start + seconds * 1000
  let done = 0
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (performance.now() < end) {
        await work()
        done++
      }
    }),
  )
  return (done * 1000) / (performance.now() - start)
}

const frequencies = JSON.parse(
  readFileSync(new URL('../data/name-frequencies.json', import.meta.url), 'utf8'),
) as Record<'surname' | 'middle' | 'given', Record<string, number>>

/** Full names whose parts are as frequent as in the counted list. */
function names(seed: number): () => string {
  const random = randomFrom(seed)
  const draw = (kind: keyof typeof frequencies) => {
    const parts = Object.keys(frequencies[kind])
    const sums: number[] = []
    for (const weight of Object.values(frequencies[kind])) sums.push((sums.at(-1) ?? 0) + weight)
    return () => {
      const at = random.next() * (sums.at(-1) ?? 0)
      let [low, high] = [0, sums.length - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((sums[middle] ?? 0) > at) high = middle
        else low = middle + 1
      }
      return parts[low] ?? ''
    }
  }
  const [surname, middle, given] = [draw('surname'), draw('middle'), draw('given')]
  return () => `${surname()} ${middle()} ${given()}`
}

function people(seed: number): () => Subject {
  const next = names(seed)
  return () => {
    for (;;) {
      const parsed = parsePersonName(next())
      if (parsed.ok) return { kind: 'person', name: parsed.value, unit: null }
    }
  }
}

/** Somebody, and an address far behind every namesake's; the people are there beforehand, so that no time goes into names. */
function nextOf(who: () => Subject): () => { subject: Subject; local: LocalPart } {
  const people = Array.from({ length: 10_000 }, () => {
    const subject = who()
    const [form] = formsOf(DEFAULT_POLICY, subject)
    if (form === undefined) throw new Error('The name has no address')
    return { subject, form }
  })
  let n = 100_000
  return () => {
    const next = people[n % people.length]
    if (next === undefined) throw new Error('There is nobody')
    return { subject: next.subject, local: numbered(next.form, ++n).local }
  }
}

/** Living addresses of `count` people, namesakes numbered. */
async function fill(pool: pg.Pool, count: number): Promise<void> {
  const next = names(7)
  const families = new Map<string, number>()
  for (let done = 0; done < count; done += BATCH) {
    const locals = Array.from({ length: Math.min(BATCH, count - done) }, () => {
      const base = fold(next()).replaceAll(' ', '')
      const n = (families.get(base) ?? 0) + 1
      families.set(base, n)
      return n === 1 ? base : `${base}${n}`
    })
    await pool.query(
      `INSERT INTO address (namespace_id, local, state, role, holder_kind, holder_id, first_live_at)
      SELECT 1, local, 'live', 'primary', 'account', gen_random_uuid(), now() FROM unnest($1::text[]) local`,
      [locals],
    )
  }
  await pool.query('VACUUM ANALYZE address')
}

async function largest(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ size: number }>(
    `SELECT count(*)::int AS size FROM address GROUP BY rtrim(local, '0123456789') ORDER BY 1 DESC LIMIT 1`,
  )
  return rows[0]?.size ?? 0
}

type Rates = Record<'few' | 'many' | 'ours' | 'drafted' | 'floor', number[]>

function report(size: number, small: number, rates: Rates, family: number): Report {
  const [few, many] = [median(rates.few), median(rates.many)]
  const [ours, drafted, floor] = [median(rates.ours), median(rates.drafted), median(rates.floor)]
  const line = (name: string, values: readonly number[]) => [name, `${median(values).toFixed(0)} / s`]
  return {
    table: table(
      ['addresses', 'rate'],
      [
        line(`proposals, ${small} taken`, rates.few),
        line(`proposals, ${size} taken`, rates.many),
        line('reserve and send', rates.ours),
        line('reserve for a draft, then send', rates.drafted),
        line('bare insert (floor)', rates.floor),
      ],
    ),
    json: {
      ...{ bench: 'addresses', size, ratio: round(many / few, 3), reserve_ratio: round(ours / floor, 3) },
      drafted_ratio: round(drafted / floor, 3),
      ...{ small, small_per_s: round(few, 0), large_per_s: round(many, 0) },
      ...{
        reserve_per_s: round(ours, 0),
        floor_per_s: round(floor, 0),
        largest_family: family,
      },
    },
  }
}
