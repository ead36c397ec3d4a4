import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { later } from '../../src/kernel/clock.ts'
import { drafted, letBegin, planFor, quangNinh } from '../../test/support/reorganisations.ts'
import { allowed, startSystem, type System } from '../../test/support/system.ts'
import { entriesOf } from '../servers/entries.ts'
import { round, table, type Report } from './figures.ts'

const run = promisify(execFile)
const DAY_MS = 86_400_000
/** Between two looks at how far the directory is, and until it should be there. */
const LOOK_MS = 50
const PATIENCE_MS = 300_000
const tidier = { kind: 'job', id: 'job:tidy', name: 'tidy' } as const
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/**
 * Quảng Ninh's reorganisation: the plan is checked, released, carried out and audited, until every entry of the directory is
 * read back and the ledger says so; beside it `ldapmodify` of the same changes of attributes into the same slapd, once they
 * were taken back. The mail server is paused and left out, for the floor knows none.
 */
export async function reorganise(options: { size?: number } = {}): Promise<Report> {
  const size = options.size ?? 12_000
  const system = await startSystem({ fast: false, env: { LDAP_TIMEOUT_MS: '60000' } })
  try {
    const { services } = system
    const province = await quangNinh(services, size)
    const until = later(services.clock(), DAY_MS)
    await services.pauses.pause(allowed('sync.change'), { target: 'mail', until, why: 'Đo không có máy chủ thư' })
    await services.database.pool.query(`UPDATE sync SET applied = wanted WHERE target = 'mail'`)
    await inStep(system)
    await services.database.pool.query('ANALYZE')
    const before = await read(system)

    const id = await drafted(services, province.staff, planFor(services, province))
    const start = performance.now()
    await letBegin(services, province, id)
    const released = performance.now()
    await asWorkerDoes(services)
    const written = performance.now()
    await inStep(system)
    const ours = performance.now() - start
    const after = await read(system)

    const forth = changes(before, after)
    await modify(system, 'back', changes(after, before))
    const floor = await modify(system, 'forth', forth)
    const text = table(
      [`reorganise, ${province.people} people`, 'time', '/ ours'],
      [
        ['Congvu: checked, carried out, read back', seconds(ours), '1.00'],
        ['  of which the check and the release', seconds(released - start), ''],
        ['  of which the database', seconds(written - released), ''],
        [`ldapmodify of the same ${forth.length} entries`, seconds(floor), (floor / ours).toFixed(2)],
      ],
    )
    return {
      table: text,
      json: {
        ...{ bench: 'reorganise', size: province.people, ratio: round(floor / ours, 2), ours_ms: round(ours, 0) },
        ...{ check_ms: round(released - start, 0), database_ms: round(written - released, 0) },
        ...{ ldapmodify_ms: round(floor, 0), entries: forth.length },
      },
    }
  } finally {
    await system.stop()
  }
}

/** Carries out what is due while the directory follows, as a worker does. */
async function asWorkerDoes({ reorganisations, provisioner }: System['services']): Promise<void> {
  let isDone = false
  const following = (async () => {
    while (!isDone) {
      await provisioner.run()
      await pause(LOOK_MS)
    }
  })()
  try {
    await reorganisations.work()
  } finally {
    isDone = true
    await following
  }
}

/** Lists follow, and the directory has all that it should; throws when that takes too long. */
async function inStep({ services }: System): Promise<void> {
  await services.lists.follow(allowed('system.tidy', tidier))
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    await services.provisioner.run()
    const { rows } = await services.database.pool.query<{ behind: number }>(
      `SELECT count(*)::int AS behind FROM sync WHERE target = 'directory' AND (applied < wanted OR verified_at IS NULL)`,
    )
    const behind = rows[0]?.behind ?? 0
    if (behind === 0) return
    if (performance.now() > end) throw new Error(`${behind} entries are behind`)
    await pause(LOOK_MS)
  }
}

/** The lines of each entry of Congvu's, by its `dn:` line. */
async function read({ servers }: System): Promise<Map<string, readonly string[]>> {
  const entries = await entriesOf(servers.slapd, servers.slapd.baseDn, '(congvuId=*)')
  return new Map(
    entries.map((entry) => {
      const [dn = '', ...lines] = entry.split('\n')
      return [dn, lines]
    }),
  )
}

/** What makes one of the other, an LDIF record (RFC 2849) for each entry. */
function changes(from: ReadonlyMap<string, readonly string[]>, to: ReadonlyMap<string, readonly string[]>): string[] {
  const gone = [...from.keys()].filter((dn) => !to.has(dn)).map((dn) => `${dn}\nchangetype: delete`)
  const others = [...to].flatMap(([dn, lines]) => {
    const was = from.get(dn)
    if (!was) return [`${dn}\nchangetype: add\n${lines.join('\n')}`]
    const parts = [...new Set([...was, ...lines].map(attributeOf))].flatMap((name) => {
      const old = was.filter((line) => attributeOf(line) === name)
      const now = lines.filter((line) => attributeOf(line) === name)
      // Of a group with thousands of members only those that come and go are sent.
      if (old.length <= 1 && now.length <= 1)
        return old[0] === now[0] ? [] : [`replace: ${name}\n${now.map((line) => `${line}\n`).join('')}-`]
      const kept = new Set(old)
      const stays = new Set(now)
      const leaves = old.filter((line) => !stays.has(line))
      const comes = now.filter((line) => !kept.has(line))
      return [
        ...(leaves.length > 0 ? [`delete: ${name}\n${leaves.join('\n')}\n-`] : []),
        ...(comes.length > 0 ? [`add: ${name}\n${comes.join('\n')}\n-`] : []),
      ]
    })
    return parts.length > 0 ? [`${dn}\nchangetype: modify\n${parts.join('\n')}`] : []
  })
  return [...others, ...gone]
}

const attributeOf = (line: string): string => line.slice(0, line.indexOf(':'))

/** `ldapmodify` of these records; answers milliseconds. */
async function modify({ servers }: System, name: string, records: readonly string[]): Promise<number> {
  const { slapd, folder } = servers
  const secret = join(folder, 'floor.password')
  writeFileSync(secret, slapd.bindPassword, { mode: 0o600 })
  const file = join(folder, `${name}.ldif`)
  writeFileSync(file, `${records.join('\n\n')}\n`)
  const start = performance.now()
  await run('ldapmodify', ['-H', slapd.tlsUrl, '-x', '-D', slapd.bindDn, '-y', secret, '-f', file], {
    env: { ...process.env, LDAPTLS_CACERT: slapd.caFile },
    maxBuffer: 1 << 26,
  })
  return performance.now() - start
}
