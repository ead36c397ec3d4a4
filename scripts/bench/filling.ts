import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { DirectoryEntry } from '../../src/directory/directory.ts'
import { wantedOf } from '../../src/directory/wanted.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { Day } from '../../src/kernel/day.ts'
import type { SubjectKind } from '../../src/provisioning/ledger.ts'
import { wantedOf as entriesOf } from '../../src/reconcile/verify.ts'
import { manyPeople, type Member } from '../../test/support/many.ts'
import { allowed, type System } from '../../test/support/system.ts'

const run = promisify(execFile)
/** People in one unit. */
const IN_UNIT = 200
/** People who are made at once, and subjects whose entries are written at once. */
const BATCH = 5_000

/**
 * People in units of some hundreds, each with an entry, as if workers had long written them: issued in the ordinary way, their
 * entries loaded while the directory stands still, for that is quickest. A comparison shows whether all is in step.
 */
export async function fill(system: System, province: UnitId, n: number, mark: string): Promise<Member[]> {
  const { services } = system
  const units: UnitId[] = []
  for (let at = 0; at < Math.ceil(n / IN_UNIT); at++) {
    const facts = { name: `Đơn vị ${mark}${at}`, kind: 'agency' as const, parentId: province, codes: {} }
    const made = await services.units.create(allowed('unit.change'), { ...facts, validFrom: Day.parse('2025-07-01') })
    if (!made.ok) throw new Error(made.refusal.kind)
    units.push(made.value)
  }
  const members: Member[] = []
  for (let start = 0; start < n; start += BATCH)
    members.push(...(await manyPeople(services, Math.min(BATCH, n - start), units)))
  await services.database.pool.query('ANALYZE')
  await load(system)
  return members
}

/** Everything that the directory lacks, accounts before the groups that name them. */
async function load(system: System): Promise<void> {
  const { services, servers } = system
  const { pool } = services.database
  const file = join(servers.folder, 'filling.ldif')
  const ldif = createWriteStream(file, { mode: 0o600 })
  for (const kind of ['account', 'group'] as const)
    for (let done = false; !done;) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT subject_id::text AS id FROM sync WHERE target = 'directory' AND subject_kind = $1 AND applied < wanted LIMIT $2`,
        [kind, BATCH],
      )
      const ids = rows.map(({ id }) => id)
      const { accounts } = services
      const { entries } = await entriesOf(
        { accounts: (some) => accounts.wanted.accounts(some), groups: (some) => accounts.wanted.groups(some) },
        ids,
      )
      const placed = entries.map((entry) => ({ ...placeOf(entry, services.config.ldap.baseDn), entry }))
      for (const { entry, dn, uuid } of placed) if (!ldif.write(text(entry, dn, uuid))) await drained(ldif)
      await note(system, kind, placed)
      done = ids.length < BATCH
    }
  ldif.end()
  await finished(ldif)
  await servers.slapd.stop()
  const folder = join(servers.folder, 'slapd/slapd.d')
  await run('/usr/sbin/slapadd', ['-q', '-w', '-n', '1', '-F', folder, '-l', file], { maxBuffer: 1 << 24 })
  await servers.slapd.start()
}

const placeOf = (entry: DirectoryEntry, baseDn: string) => {
  const { rdn, container } = wantedOf(entry)
  return { id: entry.id, dn: `${rdn},ou=${container},${baseDn}`, uuid: randomUUID() }
}

function text(entry: DirectoryEntry, dn: string, uuid: string): string {
  const { objectClasses, attributes } = wantedOf(entry)
  const all = { objectClass: objectClasses, ...attributes, entryUUID: [uuid] }
  const lines = Object.entries(all).flatMap(([name, values]) =>
    values.map((value) => `${name}:: ${Buffer.from(value).toString('base64')}`),
  )
  return `dn: ${dn}\n${lines.join('\n')}\n\n`
}

const drained = (stream: NodeJS.EventEmitter) => new Promise((resolve) => stream.once('drain', resolve))

/** In the ledger as read back; on the mail server too, which the benchmark leaves out. */
async function note(
  { services }: System,
  kind: SubjectKind,
  placed: readonly { readonly id: string; readonly dn: string; readonly uuid: string }[],
): Promise<void> {
  await services.database.pool.query(
    `UPDATE sync s SET applied = wanted, verified_at = now(),
      remote_id = CASE WHEN s.target = 'directory' THEN x.uuid END, remote_dn = CASE WHEN s.target = 'directory' THEN x.dn END
    FROM unnest($2::uuid[], $3::text[], $4::text[]) AS x(id, dn, uuid) WHERE s.subject_kind = $1 AND s.subject_id = x.id`,
    [kind, placed.map(({ id }) => id), placed.map(({ dn }) => dn), placed.map(({ uuid }) => uuid)],
  )
}
