import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { arrived, roster, seedProvince } from '../../test/support/rosters.ts'
import { allowed, seedStaff, startSystem, type System } from '../../test/support/system.ts'
import { makeCertificates, type Certificates } from '../servers/certificates.ts'
import { entriesOf } from '../servers/entries.ts'
import { freePort } from '../servers/ports.ts'
import { startSlapd } from '../servers/slapd.ts'
import { round, table, type Report } from './figures.ts'
import { startWorker } from './processes.ts'

const run = promisify(execFile)
/** Entries of one transaction of the floor. */
const IN_ONE = 500
const MB = 1_048_576
/** Between two looks at how far it is; each takes the database some time too. */
const LOOK_MS = 100
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/**
 * The whole way of an Excel file: read and planned, approved, carried out and audited, until every account is read back from a
 * real slapd and the ledger says so, by a worker in a process of its own. The floors, one after the other with it: `ldapadd` of the same entries, plain
 * and in transactions, into slapds that are as empty as ours was. Mailboxes are the embedded ones, for no floor makes any.
 */
export async function importing(options: { size?: number } = {}): Promise<Report> {
  const size = options.size ?? 20_000
  const mail = mkdtempSync(join(tmpdir(), 'congvu-bench-mail-'))
  const system = await startSystem({
    fast: false,
    env: { MAIL_DRIVER: 'embedded', EMBEDDED_MAIL_FOLDER: mail, LDAP_TIMEOUT_MS: '60000' },
  })
  try {
    const { bytes } = await roster({ size, seed: 2026 })
    const ours = await wholeWay(system, bytes, size)
    const { folder, slapd } = system.servers
    const certificates = await makeCertificates(join(folder, 'floor-certificates'))
    const ldif = await entriesOf(slapd)
    if (ldif.length < size * 0.99) throw new Error(`slapd has ${ldif.length} of ${size} entries`)
    const plain = await add(system, certificates, 'plain', [ldif])
    const batches = Array.from({ length: Math.ceil(ldif.length / IN_ONE) }, (_, n) =>
      ldif.slice(n * IN_ONE, (n + 1) * IN_ONE),
    )
    const together = await add(system, certificates, 'together', batches, ['-E', '!txn=commit'])
    const whole = ours.planMs + ours.runMs
    const text = table(
      [`import, ${size} people`, 'time', '/ ours'],
      [
        ['Congvu: the whole way, read back', seconds(whole), '1.00'],
        ['  of which the dry run', seconds(ours.planMs), ''],
        ['  groups and mailboxes in step as well', seconds(ours.planMs + ours.settledMs), ''],
        ['  peak memory of the worker', `${ours.peakMb} MB`, ''],
        ['plain ldapadd', seconds(plain), (plain / whole).toFixed(2)],
        [`ldapadd in transactions of ${IN_ONE}`, seconds(together), (together / whole).toFixed(2)],
      ],
    )
    return {
      table: text,
      json: {
        ...{ bench: 'import', size, ratio: round(plain / whole, 2), transactional_ratio: round(together / whole, 2) },
        ...{ ours_ms: round(whole, 0), plan_ms: round(ours.planMs, 0), run_ms: round(ours.runMs, 0) },
        settled_ms: round(ours.planMs + ours.settledMs, 0),
        ...{ ldapadd_ms: round(plain, 0), ldapadd_txn_ms: round(together, 0), peak_mb: ours.peakMb },
      },
    }
  } finally {
    await system.stop()
    rmSync(mail, { recursive: true, force: true })
  }
}

async function wholeWay({ services, servers, env }: System, bytes: Uint8Array, size: number) {
  const { imports, provisioner } = services
  const province = await seedProvince(services)
  const staff = await seedStaff(services, 'it-staff', province, 'Lê Đức Thắng')
  const second = await seedStaff(services, 'it-staff', province, 'Vũ Minh Tuấn')
  await provisioner.run()
  const reading = allowed('import.read', staff)
  const worker = await startWorker({ ...env, LOG_LEVEL: 'info' }, servers.folder)
  try {
    const start = performance.now()
    const id = await arrived(services, staff, bytes)
    while ((await imports.state(reading, id)) !== 'preview') await pause(LOOK_MS)
    const planned = performance.now()
    const hash = (await imports.read(reading, id))?.record.hash ?? ''
    const started = await imports.start(allowed('import.change', staff), id, hash)
    if (!started.ok) throw new Error(started.refusal.kind)
    if (started.value.state === 'asked') await imports.approve(allowed('import.approve', second), id, hash)
    const reaches = async (target: 'inDirectory' | 'inMail') => {
      for (;;) {
        const progress = await imports.progress(reading, id)
        // Of thousands, a few are namesakes whom only a person can tell apart.
        if (progress.total < size * 0.99) throw new Error(`The plan has ${progress.total} of ${size} people`)
        if (progress[target] >= progress.total) return performance.now()
        await pause(LOOK_MS)
      }
    }
    const end = await reaches('inDirectory')
    const settled = await reaches('inMail')
    return { planMs: planned - start, runMs: end - planned, settledMs: settled - planned, peakMb: worker.peakMb() }
  } finally {
    await worker.stop()
  }
}

/** Adds these entries to a fresh slapd, a file after the other; answers milliseconds. */
async function add(
  { servers }: System,
  certificates: Certificates,
  name: string,
  batches: readonly (readonly string[])[],
  more: readonly string[] = [],
): Promise<number> {
  const folder = join(servers.folder, `floor-${name}`)
  mkdirSync(folder)
  const password = () => randomBytes(12).toString('hex')
  const passwords = { congvu: password(), dovecot: password(), postfix: password() }
  const slapd = await startSlapd({ folder, port: await freePort(), domain: servers.domain, certificates, passwords })
  try {
    const secret = join(folder, 'password')
    writeFileSync(secret, slapd.bindPassword, { mode: 0o600 })
    const files = batches.map((entries, n) => {
      const file = join(folder, `${n}.ldif`)
      writeFileSync(file, `${entries.join('\n\n')}\n`)
      return file
    })
    const start = performance.now()
    for (const file of files)
      await run('ldapadd', ['-H', slapd.tlsUrl, '-x', '-D', slapd.bindDn, '-y', secret, ...more, '-f', file], {
        env: { ...process.env, LDAPTLS_CACERT: slapd.caFile },
        maxBuffer: 64 * MB,
      })
    return performance.now() - start
  } finally {
    await slapd.stop()
  }
}
