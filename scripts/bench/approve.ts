import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { hashPassword } from '../../src/accounts/password-hash.ts'
import { wantedOf } from '../../src/directory/wanted.ts'
import type { AccountId, RequestId } from '../../src/kernel/ids.ts'
import {
  allowed,
  approveAs,
  seedStaff,
  seedUnits,
  someDetails,
  startSystem,
  submitted,
} from '../../test/support/system.ts'
import type { System } from '../../test/support/system.ts'
import { freePort } from '../servers/ports.ts'
import { browser, type Browser } from './browser.ts'
import { median, milliseconds, percentile, round, table, type Report } from './figures.ts'
import { imapLogin, type ImapDoor } from './imap.ts'
import { fullName } from './people.ts'
import { startWeb, startWorker } from './processes.ts'

const run = promisify(execFile)

const PASSWORD = 'Tre-xanh-ven-song-87'
/** Runs before the measured ones: connections are made and code is compiled. */
const WARM_UP = 5
const PHASES = ['approval answered', 'letter arrived', 'link opened', 'password answered', 'IMAP sign-in'] as const

type Applicant = { readonly id: RequestId; readonly contact: string; readonly address: string }

/**
 * From the approving POST to a successful IMAP login, on real servers with `serve` and `work` as processes of their own.
 * The floor, in turns with it: `ldapadd` of an equal entry over TLS, then the same IMAP login.
 */
export async function approve(options: { size?: number } = {}): Promise<Report> {
  const size = options.size ?? 200
  const warmUp = Math.min(WARM_UP, size)
  const port = await freePort()
  const system = await startSystem({
    fast: false,
    env: { LOG_LEVEL: 'info', CONGVU_PORT: String(port), CONGVU_PUBLIC_URL: `http://127.0.0.1:${port}` },
  })
  const stops: (() => Promise<void>)[] = [() => system.stop()]
  try {
    const { administrator, applicants } = await prepare(system, size + warmUp)
    const worker = await startWorker(system.env, system.servers.folder)
    stops.push(() => worker.stop())
    const web = await startWeb(system.env, system.servers.folder, port)
    stops.push(() => web.stop())
    const door = { ...system.servers.imap, ca: readFileSync(system.servers.caFile) }
    const admin = browser(web.origin)
    await admin.get('/dang-nhap')
    const entered = await admin.post('/dang-nhap', { login: administrator, password: PASSWORD })
    if (entered.status !== 303 || entered.location.startsWith('/dang-nhap'))
      throw new Error(`The administrator cannot sign in: ${entered.status} ${entered.location}`)

    const ours: number[][] = []
    const floor: number[] = []
    let tries = 0
    for (const [index, applicant] of applicants.entries()) {
      await quiet(system)
      const measured = await walk(system, admin, web.origin, door, applicant)
      await quiet(system)
      const added = await addDirectly(system, door, index)
      if (index < warmUp) continue
      ours.push(measured.phases)
      tries += measured.tries
      floor.push(added)
    }
    admin.close()
    return report(size, ours, floor, tries)
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

/** A unit administrator with a password in the directory, and submitted requests; their letters are sent. */
async function prepare(system: System, count: number): Promise<{ administrator: string; applicants: Applicant[] }> {
  const { services, servers } = system
  const { accounts, database, provisioner, roles, letters } = services
  const units = await seedUnits(services)
  const staff = await seedStaff(services, 'it-staff', units.agency, 'Lê Đức Thắng')
  const request = await submitted(services, someDetails(units.agency, { fullName: 'Hoàng Thị Lan' }))
  const id: AccountId = await approveAs(services, staff, request, 'slip')
  await provisioner.run()
  const slip = await accounts.slip(allowed('account.hand-over', staff), id)
  if (!slip.ok) throw new Error(slip.refusal.kind)
  const set = await accounts.activate(slip.value.code, PASSWORD, PASSWORD)
  if (!set.ok) throw new Error(set.refusal.kind)
  await provisioner.run()
  const { login } = await database.prisma.account.findUniqueOrThrow({ where: { id } })
  const granted = await roles.grant(allowed('role.change'), { holder: login, role: 'unit-admin', unitId: units.agency })
  if (!granted.ok) throw new Error(granted.refusal.kind)

  const applicants: Applicant[] = []
  for (let n = 0; n < count; n++) {
    const contact = `nguoi.moi.${n}@example.com`
    const filed = await submitted(services, someDetails(units.department, { fullName: fullName(n) }), contact)
    const { local } = await database.prisma.request.findUniqueOrThrow({ where: { id: filed } })
    applicants.push({ id: filed, contact, address: `${local ?? ''}@${servers.domain}` })
  }
  await letters.deliver()
  servers.sink.clear()
  return { administrator: slip.value.address, applicants }
}

/** Waits until nothing is due, so that neither side pays for what the other left behind. */
async function quiet({ services }: System): Promise<void> {
  for (;;) {
    const { rows } = await services.database.pool.query<{ due: boolean }>(
      `SELECT EXISTS (SELECT FROM sync WHERE applied < wanted) OR EXISTS (SELECT FROM outbox WHERE state = 'waiting') AS due`,
    )
    if (rows[0]?.due !== true) break
    await pause(10)
  }
  await pause(50)
}

/** The letter to this address as soon as it is there. */
async function letterTo({ servers }: System, contact: string): Promise<string> {
  const end = performance.now() + 20_000
  while (performance.now() < end) {
    const letter = servers.sink.letters().findLast(({ receivers }) => receivers.includes(contact))
    if (letter) return letter.text
    await pause(1)
  }
  throw new Error(`No letter came to ${contact}`)
}

/** The main job of one applicant; answers the milliseconds of each phase. */
async function walk(
  system: System,
  admin: Browser,
  origin: string,
  door: ImapDoor,
  { id, contact, address }: Applicant,
): Promise<{ phases: number[]; tries: number }> {
  const form = await admin.get(`/cho-duyet/${id}`)
  const version = /name="version" value="(\d+)"/.exec(form.body)?.[1]
  if (form.status !== 200 || version === undefined) throw new Error(`The decision's page answered ${form.status}`)
  const visitor = browser(origin)
  const marks = [performance.now()]
  const mark = () => marks.push(performance.now())

  const choice = { decision: 'approve', identity: 'in-person', handOver: 'link', version }
  const approved = await admin.post(`/cho-duyet/${id}/quyet-dinh`, choice)
  mark()
  if (approved.status !== 303 || approved.location !== '/cho-duyet')
    throw new Error(`The approval answered ${approved.status} ${approved.location}`)
  const link = /\/kich-hoat\/[\w-]+/.exec(await letterTo(system, contact))?.[0]
  mark()
  if (link === undefined) throw new Error('The letter has no link')
  const page = await visitor.get(link)
  mark()
  if (page.status !== 200) throw new Error(`The link answered ${page.status}`)
  const set = await visitor.post(link, { password: PASSWORD, again: PASSWORD })
  mark()
  if (set.status !== 303 || !set.location.endsWith('/xong'))
    throw new Error(`The password answered ${set.status} ${set.location}`)
  const tries = await imapLogin(door, address, PASSWORD)
  mark()
  visitor.close()
  return { phases: marks.slice(1).map((at, n) => at - (marks[n] ?? 0)), tries }
}

/** The floor: the entry that Congvu would write, written by `ldapadd` over TLS, then the login. Answers milliseconds. */
async function addDirectly({ servers }: System, door: ImapDoor, n: number): Promise<number> {
  const { slapd, domain, folder } = servers
  const login = `f${n}`
  const mail = `truc.tiep.${n}@${domain}`
  const name = fullName(n)
  const { rdn, container, objectClasses, attributes } = wantedOf({
    ...{
      kind: 'account',
      id: randomUUID(),
      login,
      person: true,
      displayName: name,
      surname: name,
      givenName: name,
      mail,
    },
    ...{ aliases: [], title: 'Chuyên viên', phone: null, unitNumber: 1003, unitName: 'Phòng Công chức, viên chức' },
    ...{ signIn: true, receive: true, quotaMb: 2048, sendAs: [], reply: null, revision: 2, mayCreate: true },
    password: await hashPassword(PASSWORD),
  })
  const lines = Object.entries({ objectClass: objectClasses, ...attributes }).flatMap(([attribute, values]) =>
    values.map((value) => `${attribute}:: ${Buffer.from(value).toString('base64')}`),
  )
  const file = join(folder, 'floor.ldif')
  const secret = join(folder, 'floor.password')
  writeFileSync(file, [`dn: ${rdn},ou=${container},${slapd.baseDn}`, ...lines, ''].join('\n'))
  writeFileSync(secret, slapd.bindPassword, { mode: 0o600 })
  const start = performance.now()
  await run('ldapadd', ['-H', slapd.tlsUrl, '-x', '-D', slapd.bindDn, '-y', secret, '-f', file], {
    env: { ...process.env, LDAPTLS_CACERT: slapd.caFile },
  })
  await imapLogin(door, mail, PASSWORD)
  return performance.now() - start
}

function report(size: number, ours: readonly number[][], floor: readonly number[], tries: number): Report {
  const totals = ours.map((phases) => phases.reduce((sum, ms) => sum + ms, 0))
  const row = (name: string, values: readonly number[]) => [
    name,
    milliseconds(median(values)),
    milliseconds(percentile(values, 0.95)),
  ]
  const ratio = median(totals) / median(floor)
  const text = table(
    [`approve, ${size} times`, 'median', 'p95'],
    [
      ...PHASES.map((phase, n) =>
        row(
          `  ${phase}`,
          ours.map((phases) => phases[n] ?? 0),
        ),
      ),
      row('Congvu, from the approving POST', totals),
      row('ldapadd, then the same sign-in', floor),
      ['ratio of the medians', ratio.toFixed(2), ''],
      ['IMAP tries for each success', (tries / size).toFixed(2), ''],
    ],
  )
  const json = {
    ...{ bench: 'approve', size, ratio: round(ratio, 2) },
    ...{ ours_ms: round(median(totals), 1), ours_p95_ms: round(percentile(totals, 0.95), 1) },
    ...{ floor_ms: round(median(floor), 1), floor_p95_ms: round(percentile(floor, 0.95), 1) },
  }
  return { table: text, json }
}
