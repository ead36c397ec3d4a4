import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { dayOf } from '../../src/kernel/day.ts'
import { EmailAddress, LocalPart } from '../../src/kernel/email-address.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { tidyUp } from '../../src/main/tidy.ts'
import { startOffice, type Office } from '../support/database.ts'
import { applied, issued } from '../support/people.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

let office: Office
let staff: PersonActor
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
/** The database's superuser, as somebody with every right would come. */
let root: pg.Client

beforeAll(async () => {
  office = await startOffice()
  units = await seedUnits(office.services)
  staff = await seedStaff(office.services, 'it-staff', units.agency, 'Lê Đức Thắng')
  root = new pg.Client({ connectionString: office.postgres.urlOf('congvu') })
  await root.connect()
}, 60_000)

afterAll(async () => {
  await root.end()
  await office.stop()
})

const verify = (anchor: { seq: number; mac: string } | null = null) =>
  office.services.audit.verify(allowed('audit.read'), anchor)
const head = async () => {
  const found = await office.services.audit.head()
  if (!found) throw new Error('The log is empty')
  return found
}

describe('the audit log', () => {
  test.each([
    `UPDATE audit_entry SET actor = 'account:x' WHERE seq = 1`,
    'DELETE FROM audit_entry WHERE seq = 1',
    'TRUNCATE audit_entry CASCADE',
    `UPDATE audit_detail SET body = '{}' WHERE seq = 1`,
    'DELETE FROM audit_head',
  ])('refuses: %s', async (statement) => {
    await expect(root.query(statement)).rejects.toThrow(/only grows/)
    expect((await verify()).broken).toBeNull()
  })

  test('is whole, however many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => applied(office.services, units.department)))
    const { broken, entries, head: last } = await verify()
    expect(broken).toBeNull()
    expect(last).toEqual(await head())
    expect(entries).toBe(last.seq)
  })

  test('writes an entry with the change, or neither', async () => {
    const before = await head()
    const { services } = office
    await expect(
      services.transaction(async (tx) => {
        tx.audit(staff, 'test.done', 'test:1')
        await tx.db.outbox.create({
          data: { id: '1', recipient: 'x', template: 'x', language: 'vi', nextAt: tx.at, createdAt: tx.at },
        })
        throw new Error('given up')
      }),
    ).rejects.toThrow('given up')
    expect(await head()).toEqual(before)
    expect(await services.database.prisma.outbox.count({ where: { id: '1' } })).toBe(0)
  })

  test('may lose details to retention without breaking', async () => {
    await root.query('DELETE FROM audit_detail WHERE seq = 2')
    expect((await verify()).broken).toBeNull()
  })
})

describe('somebody with every right in the database', () => {
  let undo: () => Promise<void> = () => Promise.resolve()
  /** Does it with the triggers off, and undoes it after the test. */
  async function tamper(seq: number, statement: string): Promise<void> {
    const { rows: entries } = await root.query('SELECT to_jsonb(e) AS row FROM audit_entry e WHERE seq >= $1', [seq])
    const { rows: details } = await root.query('SELECT to_jsonb(d) AS row FROM audit_detail d WHERE seq >= $1', [seq])
    const { rows: heads } = await root.query<{ seq: string; mac: string; seal: string }>('SELECT * FROM audit_head')
    await root.query(`SET session_replication_role = replica`)
    await root.query(statement)
    undo = async () => {
      await root.query('DELETE FROM audit_detail WHERE seq >= $1', [seq])
      await root.query('DELETE FROM audit_entry WHERE seq >= $1', [seq])
      for (const [table, rows] of [
        ['audit_entry', entries],
        ['audit_detail', details],
      ] as const)
        await root.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [
          JSON.stringify(rows.map(({ row }: { row: object }) => row)),
        ])
      const [was] = heads
      await root.query('UPDATE audit_head SET seq = $1, mac = $2, seal = $3', [was?.seq, was?.mac, was?.seal])
      await root.query(`SET session_replication_role = DEFAULT`)
    }
  }
  afterEach(async () => {
    await undo()
    undo = () => Promise.resolve()
    expect((await verify()).broken).toBeNull()
  })

  test.each([
    ['actor', `actor = 'account:somebody'`],
    ['action', `action = 'request.rejected'`],
    ['subject', `subject = 'request:other'`],
    ['time', `at = at + interval '1 second'`],
    ['digest', `digest = 'AAAA'`],
    ['mac', `mac = 'AAAA'`],
  ])('who changes the %s of an entry is found', async (_, change) => {
    await tamper(5, `UPDATE audit_entry SET ${change} WHERE seq = 5`)
    expect((await verify()).broken).toEqual({ seq: 5, kind: 'changed' })
  })

  test('who changes a detail is found', async () => {
    await tamper(5, `UPDATE audit_detail SET body = '{"by":"nobody"}' WHERE seq = 5`)
    expect((await verify()).broken).toEqual({ seq: 5, kind: 'detail-changed' })
  })

  test('who removes an entry is found', async () => {
    await tamper(5, 'DELETE FROM audit_detail WHERE seq = 5; DELETE FROM audit_entry WHERE seq = 5')
    expect((await verify()).broken).toEqual({ seq: 5, kind: 'missing' })
  })

  test('who removes one and renumbers the rest is found', async () => {
    await tamper(
      5,
      `DELETE FROM audit_detail WHERE seq >= 5; DELETE FROM audit_entry WHERE seq = 5;
       UPDATE audit_entry SET seq = seq + 1000000 WHERE seq > 5;
       UPDATE audit_entry SET seq = seq - 1000001 WHERE seq > 1000000`,
    )
    expect((await verify()).broken).toEqual({ seq: 5, kind: 'changed' })
  })

  test('who cuts the tail is found', async () => {
    const { seq } = await head()
    await tamper(seq, `DELETE FROM audit_detail WHERE seq = ${seq}; DELETE FROM audit_entry WHERE seq = ${seq}`)
    expect((await verify()).broken).toEqual({ seq, kind: 'cut' })
  })

  test('who cuts the tail and points the head at the new end lacks the seal', async () => {
    const { seq } = await head()
    await tamper(
      seq,
      `DELETE FROM audit_detail WHERE seq = ${seq}; DELETE FROM audit_entry WHERE seq = ${seq};
       UPDATE audit_head SET seq = ${seq - 1}, mac = (SELECT mac FROM audit_entry WHERE seq = ${seq - 1})`,
    )
    expect((await verify()).broken).toEqual({ seq, kind: 'cut' })
  })

  test('who kept a former head with its seal is found by a head noted outside', async () => {
    const { rows } = await root.query<{ seq: string; mac: string; seal: string }>('SELECT * FROM audit_head')
    const [kept] = rows
    if (!kept) throw new Error('no head')
    await issued(office.services, staff, units.department, { fullName: 'Đào Văn Cắt' })
    const noted = await head()
    await tamper(
      Number(kept.seq) + 1,
      `DELETE FROM audit_detail WHERE seq > ${kept.seq}; DELETE FROM audit_entry WHERE seq > ${kept.seq};
       UPDATE audit_head SET seq = ${kept.seq}, mac = '${kept.mac}', seal = '${kept.seal}'`,
    )
    expect((await verify()).broken).toBeNull()
    expect((await verify(noted)).broken).toEqual({ seq: noted.seq, kind: 'cut' })
    await undo()
    undo = () => Promise.resolve()
    expect((await verify(noted)).broken).toBeNull()
  })
})

describe('every change leaves an entry', () => {
  const contact = EmailAddress.parse('kiemtoan@example.com')
  const facts = (name: string) => ({
    ...{ name, kind: 'agency' as const, parentId: units.province, codes: {}, validFrom: dayOf(new Date()) },
  })
  const decide = () => allowed('request.decide', staff)
  const change = { version: 2, comment: 'Xem lại' }
  const waiting = async () => (await applied(office.services, units.department)).request
  const account = async (): Promise<AccountId> => (await issued(office.services, staff, units.department)).id
  const handOver = () => allowed('account.hand-over', staff)

  const CHANGES: Record<string, { prepare?: () => Promise<unknown>; act: (prepared: never) => Promise<unknown> }> = {
    'request.started': {
      act: async () => {
        const { services } = office
        const code = await services.transaction((tx) => services.tokens.digits(tx, 'audited', 60_000))
        return services.requests.confirmContact('audited', code.secret, contact, 'vi', null)
      },
    },
    'request.submitted': { act: () => submitted(office.services, someDetails(units.department)) },
    'request.resubmitted': {
      prepare: async () => {
        const id = await waiting()
        await office.services.requests.return(decide(), id, change)
        return id
      },
      act: (id) => office.services.requests.submit(id),
    },
    'request.returned': { prepare: waiting, act: (id) => office.services.requests.return(decide(), id, change) },
    'request.rejected': { prepare: waiting, act: (id) => office.services.requests.reject(decide(), id, change) },
    'request.withdrawn': { prepare: waiting, act: (id) => office.services.requests.withdraw(id) },
    'request.approved': { prepare: waiting, act: (id) => approveAs(office.services, staff, id) },
    'account.issued': { prepare: waiting, act: (id) => approveAs(office.services, staff, id) },
    'request.expired': {
      prepare: async () => {
        const id = await waiting()
        await office.services.requests.return(decide(), id, change)
        await office.services.database.prisma.request.update({ where: { id }, data: { expiresAt: new Date(0) } })
      },
      act: () => tidyUp(office.services),
    },
    'number.revealed': {
      prepare: waiting,
      act: (id) => office.services.requests.reveal(allowed('number.reveal', staff), id),
    },
    'activation.link-sent': { prepare: account, act: (id) => office.services.accounts.sendLink(handOver(), id) },
    'activation.slip-printed': { prepare: account, act: (id) => office.services.accounts.slip(handOver(), id) },
    'account.password-set': {
      prepare: async () => {
        const slip = await office.services.accounts.slip(handOver(), await account())
        return slip.ok ? slip.value.code : ''
      },
      act: (code) => office.services.accounts.activate(code, 'thuyền về bến Cái Rồng', 'thuyền về bến Cái Rồng'),
    },
    'role.granted': {
      prepare: async () => (await issued(office.services, staff, units.department)).login,
      act: (holder) =>
        office.services.roles.grant(allowed('role.change', staff), { holder, role: 'auditor', unitId: null }),
    },
    'role.revoked': {
      prepare: async () => {
        const { login: holder } = await issued(office.services, staff, units.department)
        const by = allowed('role.change', staff)
        await office.services.roles.grant(by, { holder, role: 'unit-admin', unitId: units.other })
        const grant = await office.services.database.prisma.roleGrant.findFirst({ where: { unitId: units.other } })
        return grant?.id
      },
      act: (id) => office.services.roles.revoke(allowed('role.change', staff), id),
    },
    'unit.created': { act: () => office.services.units.create(allowed('unit.change', staff), facts('Sở Thử nghiệm')) },
    'unit.changed': {
      act: () => office.services.units.change(allowed('unit.change', staff), units.other, facts('Sở Tài chính mới')),
    },
    'sync.retried': {
      prepare: account,
      act: (id) => office.services.sync.retry(allowed('sync.change', staff), { kind: 'account', id }),
    },
    'sync.repair-all': { act: () => office.services.sync.repairAll(allowed('sync.change', staff), null) },
    'sign-in.refused': { act: () => office.services.signIn('nguyenvanan', 'wrong') },
  }

  test.each(Object.keys(CHANGES))('%s', async (action) => {
    const row = CHANGES[action]
    const prepared = (await row?.prepare?.()) as never
    const before = await head()
    await row?.act(prepared)
    const lines = await office.services.audit.page(allowed('audit.read'), { action, limit: 5 })
    expect(lines.filter((line) => line.seq > before.seq)).toHaveLength(1)
    expect((await verify()).broken).toBeNull()
  })

  test('bootstrap, in a database of its own', async () => {
    const fresh = await startOffice()
    try {
      const made = await fresh.services.bootstrap(allowed('account.bootstrap'), {
        name: { full: 'Lê Đức Thắng', surname: 'Lê', middle: 'Đức', given: 'Thắng' },
        local: LocalPart.parse('leducthang'),
        contactEmail: contact,
        province: 'Tỉnh',
        operator: 'Trung tâm',
      })
      expect(made.ok).toBe(true)
      const lines = await fresh.services.audit.page(allowed('audit.read'), {})
      expect(lines.map((line) => line.action).reverse()).toEqual([
        'unit.created',
        'unit.created',
        'account.issued',
        'role.granted',
      ])
      expect(lines.every((line) => line.actor === 'cli:test')).toBe(true)
    } finally {
      await fresh.stop()
    }
  })

  test('no entry shows an identification number, a password or a secret', async () => {
    const { rows } = await root.query<{ text: string }>(
      `SELECT string_agg(to_jsonb(e)::text || coalesce(d.body, ''), ' ') AS text FROM audit_entry e LEFT JOIN audit_detail d USING (seq)`,
    )
    expect(rows[0]?.text).not.toMatch(/\b022088\d{6}\b/)
    expect(rows[0]?.text).not.toContain('thuyền về bến')
  })
})
