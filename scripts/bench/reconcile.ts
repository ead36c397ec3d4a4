import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PersonActor } from '../../src/access/policy.ts'
import { connect } from '../../src/directory/connection.ts'
import { READ_ATTRIBUTES } from '../../src/directory/wanted.ts'
import { later } from '../../src/kernel/clock.ts'
import { sumOf, type Run } from '../../src/reconcile/finding.ts'
import type { Member } from '../../test/support/many.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../../test/support/system.ts'
import { median, round, table, type Report } from './figures.ts'
import { fill } from './filling.ts'

const run = promisify(execFile)
const ONCE = join(import.meta.dirname, 'reconcile-once.ts')
/** Every so many accounts, one is edited by hand. */
const EDITED = 100
const HOUR_MS = 3_600_000

/** What one comparison in a process of its own took. */
export type Once = { readonly ms: number; readonly cpuMs: number; readonly peakMb: number; readonly run: Run }

/**
 * A comparison of accounts without differences on real slapd and PostgreSQL, in a process of its own, in turns with `ldapsearch`
 * writing the same entries to a file; its peak memory with a tenth of them and with all; then one in a hundred edited by hand,
 * found and repaired. The mail server is paused and left out.
 */
export async function reconcile(options: { size?: number; rounds?: number } = {}): Promise<Report> {
  const { size = 100_000, rounds = 3 } = options
  const system = await startSystem({ fast: false })
  try {
    const { services } = system
    const { province } = await seedUnits(services)
    const staff = [
      await seedStaff(services, 'it-staff', province, 'Lê Đức Thắng'),
      await seedStaff(services, 'it-staff', province, 'Vũ Hải Đăng'),
    ]
    const until = later(services.clock(), 24 * HOUR_MS)
    await services.pauses.pause(allowed('sync.change'), { target: 'mail', until, why: 'Đo không có máy chủ thư' })

    const small = Math.ceil(size / 10)
    const members = await fill(system, province, small, 'a')
    const few = await compare(system, 0)
    members.push(...(await fill(system, province, size - small, 'b')))

    await search(system)
    const times: number[] = []
    const runs: Once[] = []
    for (let turn = 0; turn < rounds; turn++) {
      times.push(await search(system))
      runs.push(await compare(system, 0))
    }
    const edited = await edit(system, members)
    const found = await compare(system, edited)
    const repairMs = await repair(system, staff)
    await compare(system, 0)
    return report({ size, small, few, runs, times, edited, found, repairMs })
  } finally {
    await system.stop()
  }
}

/** One comparison in a process of its own; throws when it does not find what is there. */
async function compare(system: System, expected: number): Promise<Once> {
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', ONCE], {
    env: { PATH: process.env['PATH'], ...system.env },
    maxBuffer: 1 << 24,
  })
  const once = JSON.parse(stdout) as Once
  if (once.run.state !== 'done' || sumOf(once.run.counts) !== expected)
    throw new Error(`${expected} findings were expected: ${JSON.stringify(once.run)}`)
  return once
}

/** The floor: `ldapsearch` reads the same attributes of the same entries over TLS, in pages, into a file. */
async function search({ servers }: System): Promise<number> {
  const { slapd, folder } = servers
  const secret = join(folder, 'floor.password')
  writeFileSync(secret, slapd.bindPassword, { mode: 0o600 })
  const command = `exec ldapsearch "$@" > '${join(folder, 'floor.ldif')}'`
  const bind = ['-H', slapd.tlsUrl, '-x', '-D', slapd.bindDn, '-y', secret, '-LLL', '-o', 'ldif-wrap=no']
  const what = ['-E', 'pr=500/noprompt', '-b', slapd.baseDn, '(congvuId=*)', ...READ_ATTRIBUTES]
  const start = performance.now()
  await run('/bin/sh', ['-c', command, 'ldapsearch', ...bind, ...what], {
    env: { ...process.env, LDAPTLS_CACERT: slapd.caFile },
  })
  return performance.now() - start
}

/** Another title in one entry of a hundred; answers how many. */
async function edit({ services }: System, members: readonly Member[]): Promise<number> {
  const { ldap } = services.config
  const connection = await connect({ ...ldap, timeoutMs: 20_000 })
  const chosen = members.filter((_, n) => n % EDITED === 0)
  for (const { login } of chosen)
    await connection.modify(`uid=${login},ou=people,${ldap.baseDn}`, [
      { operation: 'replace', attribute: 'title', values: ['Thủ trưởng'] },
    ])
  await connection.close()
  return chosen.length
}

/** Everything that was found is repaired, released by two where the brake holds it; answers milliseconds. */
async function repair({ services }: System, [first, second]: readonly PersonActor[]): Promise<number> {
  const { reconcile: room, brakes, provisioner } = services
  if (!first || !second) throw new Error('Two people are needed')
  const filter = { kind: null, target: null, state: null, unit: null, q: '', run: null } as const
  const permit = allowed('reconcile.change', first)
  const start = performance.now()
  const plan = await room.plans.make(permit, 'repair', await room.matching(allowed('reconcile.read', first), filter))
  if (!plan.ok) throw new Error(plan.refusal.kind)
  const started = await room.plans.start(permit, plan.value)
  if (!started.ok) {
    if (started.refusal.kind !== 'held') throw new Error(started.refusal.kind)
    const { holdId } = started.refusal
    await brakes.ask(allowed('brake.release', first), holdId, 'Đo tốc độ sửa cho khớp')
    const released = await brakes.release(allowed('brake.release', second), holdId)
    if (!released.ok) throw new Error(released.refusal.kind)
  }
  await provisioner.run()
  return performance.now() - start
}

function report(of: {
  size: number
  small: number
  few: Once
  runs: readonly Once[]
  times: readonly number[]
  edited: number
  found: Once
  repairMs: number
}): Report {
  const { size, small, few, runs, times, edited, found, repairMs } = of
  const ours = median(runs.map(({ ms }) => ms))
  const floor = median(times)
  const peak = Math.max(...runs.map(({ peakMb }) => peakMb))
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  const text = table(
    [`reconcile, ${size} accounts`, 'time', 'processor', 'peak memory'],
    [
      [
        'Congvu, no differences',
        seconds(ours),
        seconds(median(runs.map(({ cpuMs }) => cpuMs))),
        `${peak.toFixed(0)} MB`,
      ],
      ['ldapsearch into a file', seconds(floor), '', ''],
      ['ratio of the medians', (ours / floor).toFixed(2), '', ''],
      [`Congvu, ${small} accounts`, seconds(few.ms), seconds(few.cpuMs), `${few.peakMb.toFixed(0)} MB`],
      [`Congvu, ${edited} differences found`, seconds(found.ms), seconds(found.cpuMs), `${found.peakMb.toFixed(0)} MB`],
      ['  and repaired', seconds(repairMs), '', ''],
    ],
  )
  const json = {
    ...{ bench: 'reconcile', size, ratio: round(ours / floor, 2), ours_ms: round(ours, 0), floor_ms: round(floor, 0) },
    ...{ peak_mb: round(peak, 0), small, small_peak_mb: round(few.peakMb, 0), more_mb: round(peak - few.peakMb, 0) },
    ...{ differences: edited, found_ms: round(found.ms, 0), repaired_ms: round(repairMs, 0) },
  }
  return { table: text, json }
}
