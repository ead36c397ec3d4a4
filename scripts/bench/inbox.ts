import { execFile } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { migrate } from '../../src/db/migrate.ts'
import { compose } from '../../src/main/compose.ts'
import { parseConfig, type Environment } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { secretsFrom } from '../../src/kernel/secrets.ts'
import { site } from '../../src/main/site.ts'
import { guarded } from '../servers/guard.ts'
import { freePort } from '../servers/ports.ts'
import { startPostgres } from '../servers/postgres.ts'
import { median, milliseconds, round, table, type Report } from './figures.ts'
import { fillProvince } from './province.ts'
import { startScript, startWeb } from './processes.ts'

const run = promisify(execFile)

const PATH = '/cho-duyet'
const CONNECTIONS = 8

/** One statement as pg is given it. */
export type Statement = { readonly text: string; readonly values: unknown[]; readonly name?: string }
type Load = { readonly rate: number; readonly p95: number; readonly failed: number }
const READERS = ['unit administrator', 'IT staff'] as const

/**
 * Requests a second of the approver's inbox, beside a bare Express handler in its own process that runs the same SQL through
 * pg and answers JSON. Both are loaded in turns; who reads is a unit administrator, then IT staff, who see every unit.
 */
export async function inbox(options: { size?: number; seconds?: number; rounds?: number } = {}): Promise<Report> {
  const accounts = options.size ?? 100_000
  const { seconds = 2, rounds = 7 } = options
  const requests = Math.max(20, Math.round(accounts / 10))
  const folder = mkdtempSync(join(tmpdir(), 'congvu-bench-'))
  chmodSync(folder, 0o755)
  guarded.folder(folder)
  const stops: (() => unknown)[] = [
    () => {
      rmSync(folder, { recursive: true, force: true })
      guarded.keep(folder)
    },
  ]
  try {
    const postgres = await startPostgres({ folder: join(folder, 'postgres') })
    stops.push(() => postgres.stop())
    const url = await postgres.createDatabase('congvu')
    await migrate(url)
    const port = await freePort()
    const env = environment(url, port, folder)
    const cookies = await connected(url, async (client) => {
      const { unitAdmin, itStaff } = await fillProvince(client, { accounts, requests })
      return [await sessionOf(client, env, unitAdmin), await sessionOf(client, env, itStaff)] as const
    })

    const statements = [await statementsOf(env, cookies[0]), await statementsOf(env, cookies[1])]
    const file = join(folder, 'statements.json')
    writeFileSync(file, JSON.stringify(Object.fromEntries(statements.map((list, n) => [String(n), list]))))
    const web = await startWeb(env, folder, port)
    stops.push(() => web.stop())
    const bare = await startScript('bare.ts', env, folder, [file])
    stops.push(() => bare.stop())

    const sides = READERS.map((_, n) => ({
      ours: { address: web.origin + PATH, cookie: cookies[n] ?? '', loads: [] as Load[] },
      floor: { address: `${bare.origin}/${n}`, cookie: '', loads: [] as Load[] },
    }))
    for (const { ours, floor } of sides)
      for (const side of [ours, floor]) await load(side.address, side.cookie, Math.min(2, seconds))
    for (let turn = 0; turn < rounds; turn++)
      for (const { ours, floor } of sides)
        for (const side of [ours, floor]) side.loads.push(await load(side.address, side.cookie, seconds))
    const counts = statements.map((list) => list.length)
    return report(
      { accounts, requests },
      sides.map(({ ours, floor }) => ({ ours: ours.loads, floor: floor.loads })),
      counts,
    )
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

/** Settings of a service whose directory and mail server are not asked by this page. */
const environment = (url: string, port: number, folder: string): Environment => ({
  DATABASE_URL: url,
  CONGVU_SECRET_KEY: randomBytes(32).toString('base64'),
  CONGVU_PUBLIC_URL: `http://127.0.0.1:${port}`,
  CONGVU_PORT: String(port),
  LDAP_URL: 'ldap://127.0.0.1:9',
  LDAP_BIND_DN: 'cn=none',
  LDAP_BIND_PASSWORD: 'none',
  LDAP_BASE_DN: 'dc=none',
  MAIL_DRIVER: 'embedded',
  EMBEDDED_MAIL_FOLDER: folder,
  SMTP_URL: 'smtp://127.0.0.1:9',
  LOG_LEVEL: 'info',
})

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The cookies of somebody signed in: their session, signed as express-session signs, and the one that forms go by. */
async function sessionOf(client: pg.Client, env: Environment, accountId: string): Promise<string> {
  const sid = randomBytes(18).toString('base64url')
  const age = 3_600_000
  const cookie = {
    originalMaxAge: age,
    expires: new Date(Date.now() + age),
    httpOnly: true,
    path: '/',
    sameSite: 'lax',
  }
  await client.query('INSERT INTO session (sid, sess, expire) VALUES ($1, $2, $3)', [
    sid,
    JSON.stringify({ cookie: { ...cookie, secure: false }, accountId }),
    new Date(Date.now() + age),
  ])
  const { sessionSecret } = secretsFrom(parseConfig(env).secretKey)
  const signature = createHmac('sha256', sessionSecret).update(sid).digest('base64').replace(/=+$/, '')
  const signed = `congvu=${encodeURIComponent(`s:${sid}.${signature}`)}`
  const form = await served(env, async (origin) => {
    const answer = await fetch(origin + PATH, { headers: { cookie: signed } })
    if (answer.status !== 200) throw new Error(`The inbox answered ${answer.status}`)
    return answer.headers.getSetCookie().find((line) => line.startsWith('congvu-form='))
  })
  return form === undefined ? signed : `${signed}; ${form.split(';')[0] ?? ''}`
}

/** Every statement that the page sends to PostgreSQL once it has been read before, as a service in use would. */
function statementsOf(env: Environment, cookie: string): Promise<Statement[]> {
  return served(env, async (origin, sent) => {
    const read = () => fetch(origin + PATH, { headers: { cookie } }).then((answer) => answer.text())
    await read()
    sent.length = 0
    await read()
    return [...sent]
  })
}

/** Our web service in this process for a moment, with a list of all that it sends to PostgreSQL. */
async function served<T>(env: Environment, work: (origin: string, sent: Statement[]) => Promise<T>): Promise<T> {
  const services = compose(parseConfig(env), logger('silent'), { connections: 2 })
  const sent: Statement[] = []
  services.database.pool.on('connect', (client) => listen(client, sent))
  const web = await site(services)
  const server = createServer(web.app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    web.close()
    await services.close()
  }
}

function listen(client: pg.PoolClient, sent: Statement[]): void {
  const query = client.query.bind(client) as (...parts: unknown[]) => unknown
  const heard = (...parts: unknown[]): unknown => {
    const [first, second] = parts
    if (typeof first === 'string')
      sent.push({ text: first, values: Array.isArray(second) ? (second as unknown[]) : [] })
    else {
      const { text, values, name } = first as Partial<Statement>
      const given = Array.isArray(second) ? (second as unknown[]) : (values ?? [])
      sent.push({ text: text ?? '', values: given, ...(name !== undefined && { name }) })
    }
    return query(...parts)
  }
  Object.assign(client, { query: heard })
}

async function load(address: string, cookie: string, seconds: number): Promise<Load> {
  const script = join(import.meta.dirname, 'load.ts')
  const { stdout } = await run(process.execPath, [script, address, cookie, String(CONNECTIONS), String(seconds)])
  const result = JSON.parse(stdout) as Load
  if (result.failed > 0 || result.rate === 0) throw new Error(`${result.failed} requests of ${address} failed`)
  return result
}

function report(
  size: { accounts: number; requests: number },
  sides: readonly { ours: readonly Load[]; floor: readonly Load[] }[],
  statements: readonly number[],
): Report {
  const rate = (loads: readonly Load[]) => median(loads.map((one) => one.rate))
  const p95 = (loads: readonly Load[]) => median(loads.map((one) => one.p95))
  const figures = sides.map(({ ours, floor }) => ({
    ...{ ours: rate(ours), oursP95: p95(ours), floor: rate(floor), floorP95: p95(floor) },
    // Of each turn's two neighbours, so that what else the machine does meanwhile weighs on both.
    ratio: median(ours.map((one, turn) => one.rate / (floor[turn]?.rate ?? one.rate))),
  }))
  const rows = figures.flatMap(({ ours, oursP95, floor, floorP95, ratio }, n) => [
    [`${READERS[n] ?? ''}: Congvu's page`, ours.toFixed(0), milliseconds(oursP95), ratio.toFixed(2)],
    [`  bare handler, the same ${statements[n] ?? 0} statements`, floor.toFixed(0), milliseconds(floorP95), ''],
  ])
  const title = `inbox, ${size.accounts} accounts, ${size.requests} requests`
  const [admin, staff] = figures
  const part = (name: string, of: (typeof figures)[number] | undefined) => ({
    [`${name}ratio`]: round(of?.ratio ?? 0, 2),
    [`${name}ours_per_s`]: round(of?.ours ?? 0, 0),
    [`${name}ours_p95_ms`]: round(of?.oursP95 ?? 0, 1),
    [`${name}floor_per_s`]: round(of?.floor ?? 0, 0),
    [`${name}floor_p95_ms`]: round(of?.floorP95 ?? 0, 1),
  })
  const { ratio = 0, ...rest } = part('', admin)
  return {
    table: table([title, 'a second', 'p95', 'ratio'], rows),
    json: { bench: 'inbox', size: size.accounts, ratio, requests: size.requests, ...rest, ...part('staff_', staff) },
  }
}
